import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { findBinaries, prepareEmbedded } from '@deskhand/control-plane/adapters/postgres/binaries.ts';
import { waitUntil } from '../stack/wait-until.ts';

/** PostgreSQL never runs as root; a run of this program that does lends it this account. */
const NOBODY = 65_534;
const START_TIMEOUT_MS = 60_000;

/** A PostgreSQL of our own that Deskhand knows by its address only. */
export interface Postgres {
  readonly socket: string;
  /** kill -9 of all of it. */
  kill(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** `fast`: what is open is rolled back and every connection ended. */
  stop(): Promise<void>;
  /** When it does not run, whatever ended it. */
  ensureRunning(): Promise<void>;
}

export async function startPostgres(folder: string): Promise<Postgres> {
  const runAs = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  mkdirSync(join(folder, 'postgres'), { mode: 0o711 });
  if (process.getuid?.() === 0) {
    chownSync(folder, NOBODY, NOBODY);
    prepareEmbedded(folder, NOBODY);
  }
  const binaries = findBinaries(folder);
  const data = join(folder, 'data');
  const options = { ...runAs, cwd: '/', env: { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8' } };
  execFileSync(join(binaries.folder, 'initdb'), ['-D', data, '-U', 'deskhand', '--auth-local=trust', '-E', 'UTF8'], {
    ...options,
    stdio: 'ignore',
  });
  const settings = { listen_addresses: '', unix_socket_directories: folder, max_connections: '120', timezone: 'UTC' };
  const args = Object.entries({ ...settings, max_wal_size: '96MB', min_wal_size: '32MB' }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  let child: ChildProcess | undefined;
  const pid = (): number | undefined => child?.pid;
  const isRunning = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;
  const isReady = (): boolean => {
    try {
      return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[7]?.trim() === 'ready';
    } catch {
      return false;
    }
  };
  const ensureRunning = async (): Promise<void> => {
    if (isRunning()) return;
    // Children of a postmaster that was killed end by themselves, a moment later; until then it refuses to start.
    await waitUntil(
      'PostgreSQL to start',
      async () => {
        if (!isRunning()) {
          child = spawn(join(binaries.folder, 'postgres'), ['-D', data, ...args], {
            ...options,
            stdio: 'ignore',
            detached: true,
          });
        }
        await Promise.race([once(child as ChildProcess, 'exit'), waitUntil('it', isReady, 2_000).catch(() => false)]);
        return isRunning() && isReady();
      },
      START_TIMEOUT_MS,
    );
  };
  const signal = (name: NodeJS.Signals): void => {
    const group = pid();
    if (group !== undefined && isRunning()) process.kill(-group, name);
  };
  const ended = async (name: NodeJS.Signals): Promise<void> => {
    if (!isRunning()) return;
    const exit = once(child as ChildProcess, 'exit');
    if (name === 'SIGKILL') signal(name);
    else child?.kill(name);
    await exit;
  };
  await ensureRunning();
  await createDatabase(folder);
  return {
    socket: join(folder, '.s.PGSQL.5432'),
    kill: () => ended('SIGKILL'),
    signal,
    stop: () => ended('SIGINT'),
    ensureRunning,
  };
}

async function createDatabase(socketFolder: string): Promise<void> {
  const client = new pg.Client({ host: socketFolder, user: 'deskhand', database: 'postgres' });
  await client.connect();
  await client.query('create database deskhand');
  await client.end();
}
