/** Public mail providers, where anyone can have an address; one of their domains names no organisation (S08). */
const personalMailDomains: ReadonlySet<string> = new Set([
  ...['aol.com', 'daum.net', 'duck.com', 'fastmail.com', 'fastmail.fm', 'free.fr', 'freenet.de', 'gmail.com'],
  ...['gmx.at', 'gmx.ch', 'gmx.com', 'gmx.de', 'gmx.net', 'googlemail.com', 'hey.com', 'hotmail.com', 'hushmail.com'],
  ...['icloud.com', 'laposte.net', 'libero.it', 'live.com', 'mac.com', 'mail.com', 'mail.ru', 'mailbox.org', 'me.com'],
  ...['msn.com', 'naver.com', 'orange.fr', 'outlook.com', 'passport.com', 'pm.me', 'posteo.de', 'proton.me'],
  ...['protonmail.com', 'qq.com', 'rediffmail.com', 'rocketmail.com', 'seznam.cz', 't-online.de', 'tuta.com'],
  ...['tutanota.com', 'wanadoo.fr', 'web.de', 'wp.pl', 'yahoo.com', 'yandex.com', 'yandex.ru', 'ymail.com'],
  ...['zoho.com', '126.com', '163.com'],
]);

/** Providers with a domain for each country, such as `yahoo.co.uk`. */
const personalMailFamilies = /^(?:gmx|hotmail|live|outlook|yahoo|yandex)\.(?:[a-z]{2}|(?:co|com)\.[a-z]{2})$/;

/** Takes a domain or a whole address. */
export function isPersonalMailDomain(domainOrAddress: string): boolean {
  const domain = mailDomainOf(domainOrAddress);
  return personalMailDomains.has(domain) || personalMailFamilies.test(domain);
}

/** The part after the last `@`, in lower case and without a final dot. */
export function mailDomainOf(domainOrAddress: string): string {
  const text = domainOrAddress.trim().toLowerCase().replace(/\.$/, '');
  return text.slice(text.lastIndexOf('@') + 1);
}

export type AllowedDomainAnswer =
  | { readonly ok: true; readonly domain: string }
  | { readonly ok: false; readonly because: 'personal-mail-domain' | 'not-a-domain'; readonly message: string };

/** May this be a domain whose accounts sign in here? */
export function judgeAllowedDomain(text: string): AllowedDomainAnswer {
  const domain = mailDomainOf(text);
  if (
    domain.length > 253 ||
    !/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/.test(domain)
  ) {
    return { ok: false, because: 'not-a-domain', message: `${domain === '' ? 'This' : domain} is not a domain name.` };
  }
  if (isPersonalMailDomain(domain)) {
    return {
      ok: false,
      because: 'personal-mail-domain',
      message: `${domain} gives addresses to anyone, so it cannot be an allowed domain; use your organisation's own.`,
    };
  }
  return { ok: true, domain };
}
