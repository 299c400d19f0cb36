import { execFile } from 'node:child_process';
import type { SessionAccount } from '../ports/session-host.ts';

export type AccountLookup =
  | { readonly found: true; readonly account: SessionAccount }
  | { readonly found: false; readonly because: 'unknown' | 'no-answer' };

const LOOKUP_TIMEOUT_MS = 10_000;
const NAME_CHARACTERS_MAX = 256;
const NO_ENTRY = 2;

/**
 * The spellings under which the machine may know an account. `.\alice` and `MACHINE\alice` are local; a domain's account
 * is never looked up without its domain, because a local account of the same name is somebody else.
 */
export function accountSpellings(accountName: string, machineName: string): readonly string[] {
  const name = accountName.trim();
  const backslash = name.indexOf('\\');
  if (backslash >= 0) {
    const [domain, user] = [name.slice(0, backslash), name.slice(backslash + 1)];
    return isMachine(domain, machineName)
      ? plain(user)
      : both(plain(user).length > 0 ? [`${domain}\\${user}`, `${user}@${domain}`] : []);
  }
  const at = name.lastIndexOf('@');
  if (at < 0) return plain(name);
  const [user, domain] = [name.slice(0, at), name.slice(at + 1)];
  return isMachine(domain, machineName) ? plain(user) : both(plain(user).length > 0 ? [name] : []);
}

const isMachine = (domain: string, machineName: string): boolean =>
  domain === '.' ||
  domain.toLowerCase() === machineName.toLowerCase() ||
  domain.toLowerCase() === machineName.toLowerCase().split('.')[0];

const both = (names: readonly string[]): readonly string[] => [
  ...new Set(names.flatMap((name) => [name, name.toLowerCase()])),
];

/** A number would be looked up as a uid, and these characters never stand in a name. */
function plain(user: string): readonly string[] {
  const usable = user.length > 0 && user.length <= NAME_CHARACTERS_MAX && !/^[-\d]*$|^-|[:/\\,\s\p{C}]/u.test(user);
  return usable ? both([user]) : [];
}

export function parsePasswdLine(line: string): SessionAccount | undefined {
  const [user, , uid, gid, , home, shell] = line.split(':');
  if (user === undefined || user === '' || home === undefined || !/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? ''))
    return undefined;
  return {
    user,
    uid: Number(uid),
    gid: Number(gid),
    home: home === '' ? '/' : home,
    shell: shell === undefined || shell === '' ? '/bin/sh' : shell,
  };
}

/** The name as our facts carry it: lower case, without its domain. */
export function shortName(user: string): string {
  const withoutDomain = user.slice(user.indexOf('\\') + 1);
  const at = withoutDomain.indexOf('@');
  return (at > 0 ? withoutDomain.slice(0, at) : withoutDomain).toLowerCase();
}

export async function findAccount(accountName: string, machineName: string): Promise<AccountLookup> {
  for (const spelling of accountSpellings(accountName, machineName)) {
    const looked = await lookUp(spelling);
    if (looked.found || looked.because === 'no-answer') return looked;
  }
  return { found: false, because: 'unknown' };
}

export async function accountOfUid(uid: number): Promise<SessionAccount | undefined> {
  const looked = await lookUp(String(uid));
  return looked.found ? looked.account : undefined;
}

async function lookUp(key: string): Promise<AccountLookup> {
  const { code, stdout } = await getent('passwd', key);
  if (code === NO_ENTRY) return { found: false, because: 'unknown' };
  const account = code === 0 ? parsePasswdLine(stdout.split('\n')[0] ?? '') : undefined;
  return account === undefined ? { found: false, because: 'no-answer' } : { found: true, account };
}

/** getent asks whatever the machine is configured to ask: files, SSSD, winbind. */
export function getent(database: string, key: string): Promise<{ readonly code: number; readonly stdout: string }> {
  return new Promise((resolve) => {
    execFile(
      '/usr/bin/getent',
      [database, '--', key],
      { timeout: LOOKUP_TIMEOUT_MS, env: { LANG: 'C.UTF-8' } },
      (error, stdout) =>
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout }),
    );
  });
}

const FIRST_ORDINARY_UID = 1000;
/** Overflow ids stand for "nobody in particular". */
const NOBODY_UIDS: readonly number[] = [65_534, 65_535];

/** Why Deskhand does not sign this account in, or undefined; `named` are those that the machine's own configuration allows. */
export function whyAccountRefused({ user, uid, shell }: SessionAccount, named: readonly string[]): string | undefined {
  if (named.includes(user)) return undefined;
  if (uid < FIRST_ORDINARY_UID || NOBODY_UIDS.includes(uid)) {
    return `The account ${user} (uid ${uid}) belongs to the system. Name it in this machine's own configuration to allow it.`;
  }
  if (/\/(nologin|false)$/.test(shell)) return `The account ${user} is not made for signing in: its shell is ${shell}.`;
  return undefined;
}
