import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AskedDirectory, makeOwnAccounts } from '../../packages/gateway/session-desktop/testing/own-accounts.ts';
import { freePort } from './stack.ts';
import { unpackedPackages } from './unpacked-packages.ts';
import { waitUntil } from './wait-until.ts';

export interface DirectoryAccount {
  readonly user: string;
  readonly uid: number;
  readonly password: string;
}

/** A real directory: OpenLDAP on the loopback address, and the nslcd over which the machines of a test ask it. */
export interface Directory {
  /** For machines that ask it, as `makeOwnAccounts` makes them. */
  readonly asked: AskedDirectory;
  /** Wrong passwords that the directory itself counts for an account; three lock it. */
  failuresOf(user: string): number;
  remove(): Promise<void>;
}

/** As Debian names the folders of libraries. */
const machine = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
const BASE = 'dc=corp,dc=example';

export async function startDirectory(accounts: readonly DirectoryAccount[]): Promise<Directory> {
  const root = unpackedPackages('directory', ['slapd', 'nslcd', 'libnss-ldapd', 'libpam-ldapd']);
  const folder = mkdtempSync('/tmp/dh-directory-');
  // Each account reaches its own home inside.
  chmodSync(folder, 0o711);
  const configuration = join(folder, 'slapd.conf');
  const env = { ...process.env, LD_LIBRARY_PATH: join(root, 'usr/lib', machine) };
  const tool = (name: string, input: string, ...args: readonly string[]): string =>
    execFileSync(join(root, 'usr/sbin', name), ['-f', configuration, ...args], { env, input, encoding: 'utf8' });
  mkdirSync(join(folder, 'database'), { mode: 0o700 });
  writeFileSync(configuration, serverText(root, folder), { mode: 0o600 });
  tool('slapadd', [organization, lockOut, ...accounts.map((one) => entryOf(one, makeHome(folder, one)))].join('\n'));

  const address = `ldap://127.0.0.1:${String(await freePort())}`;
  const server = spawn(join(root, 'usr/sbin/slapd'), ['-f', configuration, '-h', address, '-d', '0'], {
    env,
    stdio: 'ignore',
  });
  const socketFolder = join(folder, 'nslcd');
  mkdirSync(socketFolder);
  // Where its socket is looked for; each machine has it mounted there for itself.
  const isPlaceMade = mkdirSync('/run/nslcd', { recursive: true }) !== undefined;
  const [libraries, settings] = [join(root, 'lib', machine), `uri ${address}\nbase ${BASE}\n`];
  const asked = { libraries, settings, socketFolder, pamModule: join(libraries, 'security/pam_ldap.so') };
  const client = makeOwnAccounts([], { asked });
  const inClient = (...command: string[]): [string, string[]] => ['unshare', [...client.prefix.slice(1), ...command]];
  const nslcd = spawn(...inClient(join(root, 'usr/sbin/nslcd'), '-n'), { stdio: 'ignore' });
  const first = accounts[0]?.user ?? '';
  await waitUntil('the directory to answer', () => spawnSync(...inClient('getent', 'passwd', first)).status === 0);
  return {
    asked,
    failuresOf: (user) => tool('slapcat', '', '-a', `(uid=${user})`).match(/^pwdFailureTime:/gm)?.length ?? 0,
    remove: async () => {
      for (const program of [nslcd, server]) await end(program);
      client.remove();
      if (isPlaceMade) rmdirSync('/run/nslcd');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function end(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const gone = once(program, 'exit');
  program.kill();
  await gone;
}

function makeHome(folder: string, { user, uid }: DirectoryAccount): string {
  const home = join(folder, user);
  mkdirSync(home, { mode: 0o700 });
  chownSync(home, uid, uid);
  return home;
}

const serverText = (root: string, folder: string): string => `
include ${root}/etc/ldap/schema/core.schema
include ${root}/etc/ldap/schema/cosine.schema
include ${root}/etc/ldap/schema/nis.schema
modulepath ${root}/usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
database mdb
suffix ${BASE}
directory ${folder}/database
overlay ppolicy
ppolicy_default cn=lock-out,${BASE}
access to attrs=userPassword by anonymous auth by * none
access to * by * read
`;

const organization = `dn: ${BASE}
objectClass: dcObject
objectClass: organization
o: Corp
dc: corp
`;

const lockOut = `dn: cn=lock-out,${BASE}
objectClass: device
objectClass: pwdPolicy
cn: lock-out
pwdAttribute: userPassword
pwdLockout: TRUE
pwdMaxFailure: 3
`;

const entryOf = ({ user, uid, password }: DirectoryAccount, home: string): string => `dn: uid=${user},${BASE}
objectClass: account
objectClass: posixAccount
cn: ${user}
uid: ${user}
uidNumber: ${String(uid)}
gidNumber: ${String(uid)}
homeDirectory: ${home}
loginShell: /bin/bash
userPassword: ${password}
`;
