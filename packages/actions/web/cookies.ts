import type { ActionContext } from '@deskhand/robin';

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  /** Whether subdomains get it too. */
  readonly isWide: boolean;
  readonly path: string;
  readonly secure: boolean;
  readonly expiresAt: number;
}

export const COOKIES_KEPT_MAX = 3_000;

/** The cookies of one run: what a browser keeps for its requests, without what only pages see. */
export class CookieJar {
  private readonly cookies = new Map<string, Cookie>();

  clear(): void {
    this.cookies.clear();
  }

  headerFor(url: URL, now: number): string {
    const fitting = [...this.cookies.values()].filter((cookie) => fits(cookie, url, now));
    return fitting
      .toSorted((left, right) => right.path.length - left.path.length)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }

  store(url: URL, lines: readonly string[], now: number): void {
    for (const line of lines) {
      const cookie = parse(line, url, now);
      if (cookie === undefined) continue;
      const key = `${cookie.domain};${cookie.path};${cookie.name}`;
      this.cookies.delete(key);
      if (cookie.expiresAt > now && this.cookies.size < COOKIES_KEPT_MAX) this.cookies.set(key, cookie);
    }
  }
}

const jars = new WeakMap<ActionContext, CookieJar>();
export function cookiesOf(context: ActionContext): CookieJar {
  const known = jars.get(context) ?? new CookieJar();
  jars.set(context, known);
  return known;
}

function parse(line: string, url: URL, now: number): Cookie | undefined {
  const [pair = '', ...attributes] = line.split(';');
  const equals = pair.indexOf('=');
  if (equals < 1) return undefined;
  const attribute = new Map(
    attributes.map((written) => {
      const [name = '', ...value] = written.split('=');
      return [name.trim().toLowerCase(), value.join('=').trim()] as const;
    }),
  );
  const wanted = (attribute.get('domain') ?? '').replace(/^\./, '').toLowerCase();
  // A cookie for a whole top-level domain, or for somebody else's, is none.
  const isForeign = wanted !== '' && (!isWithin(url.hostname, wanted) || !wanted.includes('.'));
  if (isForeign && wanted !== url.hostname) return undefined;
  const path = attribute.get('path');
  return {
    name: pair.slice(0, equals).trim(),
    value: pair.slice(equals + 1).trim(),
    domain: wanted === '' ? url.hostname : wanted,
    isWide: wanted !== '',
    path: path?.startsWith('/') === true ? path : url.pathname.replace(/\/[^/]*$/, '') || '/',
    secure: attribute.has('secure'),
    expiresAt: expiryOf(attribute, now),
  };
}

function expiryOf(attribute: ReadonlyMap<string, string>, now: number): number {
  const age = attribute.get('max-age');
  if (age !== undefined && /^-?\d+$/.test(age)) return now + Number(age) * 1_000;
  const date = Date.parse(attribute.get('expires') ?? '');
  return Number.isNaN(date) ? Number.POSITIVE_INFINITY : date;
}

const isWithin = (name: string, domain: string): boolean => name === domain || name.endsWith(`.${domain}`);

function fits(cookie: Cookie, url: URL, now: number): boolean {
  if (cookie.expiresAt <= now || (cookie.secure && url.protocol !== 'https:')) return false;
  const sameServer = cookie.isWide ? isWithin(url.hostname, cookie.domain) : url.hostname === cookie.domain;
  const below = url.pathname === cookie.path || url.pathname.startsWith(cookie.path.replace(/\/?$/, '/'));
  return sameServer && below;
}
