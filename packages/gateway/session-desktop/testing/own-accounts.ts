import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceText } from '../../adapters/linux/pam-service.ts';

/** An account as one machine of a test knows it. */
export interface MadeUpAccount {
  readonly user: string;
  readonly uid: number;
  readonly password: string;
  readonly shell?: string;
  /** `passwd --lock`. */
  readonly isLocked?: boolean;
  /** Past since 1970. */
  readonly hasExpired?: boolean;
  /** Its password had to be changed long ago. */
  readonly isPasswordOld?: boolean;
  /** By the access rules of the machine. */
  readonly isBarred?: boolean;
}

/** A directory that a machine asks beside its own files, over nslcd. */
export interface AskedDirectory {
  /** The folder in which libnss_ldap is. */
  readonly libraries: string;
  readonly pamModule: string;
  /** What nslcd.conf says. */
  readonly settings: string;
  /** The folder in which nslcd has its socket. */
  readonly socketFolder: string;
}

export interface DirectoryRules {
  readonly asked: AskedDirectory;
  /** Its accounts that this machine does not let in. */
  readonly barred?: readonly string[];
}

/**
 * A machine with an account database of its own, for programs that are started with `prefix`: passwd, shadow and the rules of
 * PAM are those of a copy of /etc, mounted in a namespace that no other program sees. Wrong passwords are counted by pam_faillock, three lock.
 */
export interface OwnAccounts {
  readonly prefix: readonly string[];
  /** Replaces what the machine knows; the programs see it at once. */
  write(accounts: readonly MadeUpAccount[]): void;
  /** Wrong passwords that count for an account. */
  failuresOf(user: string): number;
  /** As somebody else's wrong passwords. */
  fail(user: string, times: number): void;
  /** Its rules open no session any more, or do again; passwords are right as before. */
  refuseSessions(isRefused: boolean): void;
  remove(): void;
}

const DENY = 3;
const RECORD_BYTES = 64;
const COPIES_MAX = 20;

export function makeOwnAccounts(accounts: readonly MadeUpAccount[], directory?: DirectoryRules): OwnAccounts {
  const folder = mkdtempSync('/tmp/dh-accounts-');
  const at = (name: string): string => join(folder, 'etc', name);
  const tally = (user: string): string => join(folder, user);
  copyEtc(folder);
  const [passwd, shadow] = [readFileSync(at('passwd'), 'utf8'), readFileSync(at('shadow'), 'utf8')];
  const write = (known: readonly MadeUpAccount[]): void => {
    writeFileSync(at('passwd'), `${passwd.trimEnd()}\n${known.map(passwdLine).join('')}`, { mode: 0o644 });
    writeFileSync(at('shadow'), `${shadow.trimEnd()}\n${known.map(shadowLine).join('')}`, { mode: 0o600 });
    const barred = [...known.filter(({ isBarred }) => isBarred).map(({ user }) => user), ...(directory?.barred ?? [])];
    writeFileSync(join(folder, 'access.conf'), barred.map((user) => `-:${user}:ALL\n`).join(''));
  };
  write(accounts);
  const rules = directory === undefined ? ownRules(folder) : serviceText('debian');
  const refuseSessions = (isRefused: boolean): void => {
    const last = isRefused ? 'session required pam_deny.so\n' : '';
    writeFileSync(at('pam.d/deskhand'), `${rules}${last}`, { mode: 0o644 });
  };
  refuseSessions(false);
  if (directory !== undefined) joinDirectory(folder, directory.asked);
  const mounts = [`mount --bind ${join(folder, 'etc')} /etc`];
  if (directory) mounts.push(`mount --bind ${directory.asked.socketFolder} /run/nslcd`);
  return {
    prefix: ['unshare', '--mount', 'sh', '-c', `${mounts.join(' && ')} && exec "$@"`, 'sh'],
    write,
    failuresOf: (user) => validRecords(existsSync(tally(user)) ? readFileSync(tally(user)) : Buffer.alloc(0)),
    fail: (user, times) => writeFileSync(tally(user), recordsOf(times), { mode: 0o600 }),
    refuseSessions,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * All of it: a single file that is mounted comes off when an account is made outside, which puts another file in its place.
 * Lock files that are gone while it is copied make cp fail, so it is tried again.
 */
function copyEtc(folder: string): void {
  for (let tries = 1; ; tries += 1)
    try {
      execFileSync('cp', ['--archive', '/etc', folder], { stdio: 'pipe' });
      return;
    } catch (error) {
      if (tries === COPIES_MAX) throw error;
      rmSync(join(folder, 'etc'), { recursive: true, force: true });
    }
}

/** What installing libnss-ldapd, libpam-ldapd and nslcd on Debian sets. */
function joinDirectory(folder: string, { libraries, pamModule, settings }: AskedDirectory): void {
  const at = (name: string): string => join(folder, 'etc', name);
  const switches = readFileSync(at('nsswitch.conf'), 'utf8').replace(/^passwd:.*$/m, 'passwd: files ldap');
  writeFileSync(at('nsswitch.conf'), switches);
  writeFileSync(at('nslcd.conf'), settings, { mode: 0o600 });
  appendFileSync(at('ld.so.conf'), `\n${libraries}\n`);
  execFileSync('ldconfig', ['-X', '-f', at('ld.so.conf'), '-C', at('ld.so.cache')], { stdio: 'ignore' });
  const ldap = `${pamModule} minimum_uid=1000`;
  const auth = authRules(folder, `auth [success=1 default=ignore] ${ldap} use_first_pass\n`);
  writeFileSync(at('pam.d/common-auth'), auth);
  const account = `account [success=1 default=ignore] pam_unix.so\naccount required ${ldap}\n`;
  writeFileSync(at('pam.d/common-account'), `${accessRule(folder)}${account}`);
}

const authRules = (folder: string, ldap = ''): string => {
  const counted = `deny=${String(DENY)} dir=${folder}`;
  return `auth required pam_faillock.so preauth silent ${counted}
auth [success=${ldap === '' ? '1' : '2'} default=ignore] pam_unix.so
${ldap}auth [default=die] pam_faillock.so authfail ${counted}
auth sufficient pam_faillock.so authsucc ${counted}
`;
};

const accessRule = (folder: string): string => `account required pam_access.so accessfile=${folder}/access.conf\n`;

const ownRules = (folder: string): string => `${authRules(folder)}${accessRule(folder)}account required pam_unix.so
session required pam_unix.so
`;

const passwdLine = ({ user, uid, shell = '/bin/bash' }: MadeUpAccount): string =>
  `${user}:x:${String(uid)}:${String(uid)}::/tmp:${shell}\n`;

function shadowLine({ user, password, isLocked, hasExpired, isPasswordOld }: MadeUpAccount): string {
  const hash = execFileSync('perl', ['-e', 'chomp($p = <STDIN>); print crypt($p, q($6$deskhandtests$))'], {
    input: password,
    encoding: 'utf8',
  });
  const today = Math.floor(Date.now() / 86_400_000);
  const changed = isPasswordOld ? today - 100 : today;
  return `${user}:${isLocked ? '!' : ''}${hash}:${String(changed)}:0:${isPasswordOld ? '30' : '99999'}:7::${hasExpired ? '1' : ''}:\n`;
}

/** As pam_faillock writes them: 52 bytes of source, two of nothing, two of status, eight of seconds. */
function recordsOf(times: number): Buffer {
  const bytes = Buffer.alloc(times * RECORD_BYTES);
  for (let index = 0; index < times; index += 1) {
    bytes.write('console', index * RECORD_BYTES);
    bytes.writeUInt16LE(1, index * RECORD_BYTES + 54);
    bytes.writeBigUInt64LE(BigInt(Math.floor(Date.now() / 1_000)), index * RECORD_BYTES + 56);
  }
  return bytes;
}

const validRecords = (bytes: Buffer): number =>
  Array.from({ length: bytes.length / RECORD_BYTES }, (_, index) =>
    bytes.readUInt16LE(index * RECORD_BYTES + 54),
  ).filter((status) => (status & 1) !== 0).length;
