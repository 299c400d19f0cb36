import { argon2Hasher } from './adapters/argon2/password-hasher.ts';
import { reachableName } from './adapters/operating-system/reachable-name.ts';
import { openAccountStore } from './adapters/postgres/accounts.ts';
import { type Database, openDatabase } from './adapters/postgres/database.ts';
import { ensureInstallation, openInstallationStore } from './adapters/postgres/installation.ts';
import { isLoopback, type ServerConfig } from './config.ts';
import type { AccountPorts } from './use-cases/accounts/accounts.ts';
import { resetPassword } from './use-cases/accounts/accounts.ts';
import { newSetupCode } from './use-cases/accounts/setup.ts';
import { rememberApiTokens } from './use-cases/accounts/token-memory.ts';
import type { Caller } from './ports/outcome.ts';
import { problem } from '@deskhand/protocol/errors.ts';

/** The commands for an admin at the machine who cannot sign in: they work on the database, beside a running server. */
export async function printSetupCode(config: ServerConfig): Promise<void> {
  await withAccounts(config, async (ports) => {
    const code = await newSetupCode(ports);
    if (!code) throw new Error('The first admin exists already; use reset-password.');
    console.log(setupLink(await addressOf(config), code));
  });
}

export async function resetPasswordFromInput(config: ServerConfig): Promise<void> {
  const password = (await text(process.stdin)).replace(/\r?\n$/, '');
  await withAccounts(config, async (ports) => {
    const account = await ports.accounts.byEmail(config.email ?? '');
    if (!account) throw new Error(`There is no account with the e-mail ${config.email ?? '(none given: --email)'}.`);
    const answer = await resetPassword(ports, machineAdmin, account.id, password);
    if (!answer.ok) throw new Error(problem(answer.code, answer.values).detail);
    console.log(`The password of ${account.email} was changed, and every sign-in of it has ended.`);
  });
}

/** The code stands behind the #, so that no server or proxy log ever holds it. */
export const setupLink = (address: string, code: string): string => `${address}/setup#code=${code}`;

async function addressOf({ certificate, host, port }: ServerConfig): Promise<string> {
  return `${certificate || !isLoopback(host) ? 'https' : 'http'}://${await reachableName(host)}:${port}`;
}

/** Whoever may read the database on this machine is an admin already. */
const machineAdmin: Caller = {
  id: 'machine' as Caller['id'],
  name: 'at the machine',
  email: 'at the machine',
  roles: ['admin'],
  osAccounts: [],
  origin: 'machine',
};

async function withAccounts(config: ServerConfig, work: (ports: AccountPorts) => Promise<void>): Promise<void> {
  const database = await openDatabase({ ...sourceOf(config), connections: 2 });
  try {
    await ensureInstallation(database.pool);
    await work(accountPorts(database));
  } finally {
    await database.close();
  }
}

export const sourceOf = (config: ServerConfig): { url: string } | { dataFolder: string } =>
  config.databaseUrl ? { url: config.databaseUrl } : { dataFolder: config.dataFolder };

export const accountPorts = (database: Database): AccountPorts => ({
  accounts: rememberApiTokens(openAccountStore(database.pool), () => performance.now()),
  installation: openInstallationStore(database.pool),
  passwords: argon2Hasher,
});

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let read = '';
  for await (const chunk of stream) read += String(chunk);
  return read;
}
