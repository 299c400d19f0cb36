import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync, writeFileSync, chownSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { findBinaries } from '../adapters/postgres/binaries.ts';
import { testDataFolder } from './test-database.ts';

const DEBIAN_FOLDER = '/usr/lib/postgresql';
const START_TIMEOUT_MS = 30_000;
const RETRY_INTERVAL_MS = 50;
const PASSWORD = 'only for this test';

/** A PostgreSQL as an operator would give it to Deskhand: by an address, with a password, perhaps of another version. */
export interface ExternalPostgres {
  readonly url: string;
  stop(): Promise<void>;
}

/** The one of `DATABASE_URL`, else one of our own that listens on the loopback: Debian's where it is installed. */
export async function externalPostgres(): Promise<ExternalPostgres> {
  const given = process.env['DATABASE_URL'];
  if (given !== undefined) return { url: given, stop: async () => undefined };
  const { dataFolder, runAs } = testDataFolder();
  const cluster = join(dataFolder, 'postgres', 'external');
  const binaries = debianFolder() ?? findBinaries(dataFolder).folder;
  const passwordFile = join(dataFolder, 'postgres', 'password');
  writeFileSync(passwordFile, PASSWORD, { mode: 0o600 });
  if (runAs !== undefined) chownSync(passwordFile, runAs.uid, runAs.gid);
  const options = { ...runAs, cwd: '/', stdio: 'ignore' } as const;
  const initdb = ['-D', cluster, '-U', 'operator', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8'];
  const made = spawnSync(join(binaries, 'initdb'), [...initdb, '--locale=C', '-N'], options);
  if (made.status !== 0) throw new Error(`initdb of the external PostgreSQL ended with ${String(made.status)}.`);
  const port = await freePort();
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'fsync=off'];
  const postmaster = spawn(join(binaries, 'postgres'), ['-D', cluster, '-p', String(port), ...settings], options);
  const url = `postgres://operator:${encodeURIComponent(PASSWORD)}@127.0.0.1:${String(port)}/postgres`;
  const stop = async (): Promise<void> => {
    if (postmaster.exitCode === null) {
      const ended = once(postmaster, 'exit');
      postmaster.kill('SIGQUIT');
      await ended;
    }
    rmSync(dataFolder, { recursive: true, force: true });
  };
  try {
    await untilReachable(url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

function debianFolder(): string | undefined {
  if (!existsSync(DEBIAN_FOLDER)) return undefined;
  const versions = readdirSync(DEBIAN_FOLDER).filter((name) => Number(name) >= 15);
  const newest = versions.sort((a, b) => Number(a) - Number(b)).at(-1);
  const folder = join(DEBIAN_FOLDER, newest ?? '', 'bin');
  return newest !== undefined && existsSync(join(folder, 'initdb')) ? folder : undefined;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function untilReachable(url: string): Promise<void> {
  const giveUpAt = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return;
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
      await pause(RETRY_INTERVAL_MS);
    } finally {
      await client.end();
    }
  }
}
