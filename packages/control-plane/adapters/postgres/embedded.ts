import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { type Binaries, findBinaries } from './binaries.ts';
import { codeOf, DatabaseFault, isUnreachable } from './fault.ts';

/** Longest path of a unix socket on Linux and macOS, less the end of the text. */
const SOCKET_PATH_BYTES_MAX = 103;
const SOCKET_FILE = '.s.PGSQL.5432';
const INITDB_TIMEOUT_MS = 120_000;
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
const RETRY_INTERVAL_MS = 20;
const WATCH_INTERVAL_MS = 250;
const LOG_BYTES_MAX = 10_000_000;
const DATABASE_NAME = 'deskhand';

export interface EmbeddedOptions {
  readonly dataFolder: string;
  /** Tests that run as root give PostgreSQL another user; it never runs as root. */
  readonly runAs?: { readonly uid: number; readonly gid: number };
  /** `peer`: the database user is the operating-system user. `trust` is for tests, whose folder is closed to others. */
  readonly authentication?: 'peer' | 'trust';
  /** Further `-c` settings. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  readonly connection: { readonly host: string; readonly user: string; readonly database: string };
  readonly postmasterPid: () => number | undefined;
  /** Ends PostgreSQL, unless another program is still connected to it. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL of a data folder, or attaches to one that outlived its Deskhand, and keeps it: a postmaster that
 * was killed is started again. Everything goes over a unix socket in a folder that only its user can enter.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const binaries = findBinaries(options.dataFolder);
  const place = preparePlace(options);
  createCluster(binaries, place, options);
  const socketFolder = await startOrAttach(binaries, place, options);
  const connection = { host: socketFolder, user: place.user, database: DATABASE_NAME };
  await createDatabase(connection);
  const keeper = keepAlive(binaries, place, options, socketFolder);
  return {
    connection,
    postmasterPid: () => readPidFile(place.cluster)?.pid,
    stop: async () => {
      await keeper.stop();
      await stopPostmaster(place, connection);
    },
  };
}

interface Place {
  readonly cluster: string;
  readonly socket: string;
  readonly log: string;
  readonly user: string;
}

function preparePlace({ dataFolder, runAs, authentication }: EmbeddedOptions): Place {
  const folder = join(dataFolder, 'postgres');
  const user = authentication === 'trust' ? 'deskhand' : userInfo().username;
  if (runAs === undefined && process.getuid?.() === 0) {
    throw new DatabaseFault('postgres-unreachable', { detail: 'PostgreSQL refuses to run as root' });
  }
  try {
    makeFolder(folder);
    if (runAs) chownSync(folder, runAs.uid, runAs.gid);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DatabaseFault('data-folder-not-writable', { folder: dataFolder }, error);
  }
  return { cluster: join(folder, 'cluster'), socket: join(folder, 'socket'), log: join(folder, 'postgres.log'), user };
}

/** Makes missing parents one by one: Node's recursive way never ends below /proc, where mkdir answers that nothing exists. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  if (!existsSync(dirname(folder))) makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

/** The cluster is made beside its place and moved there whole, so that a start killed half-way leaves nothing behind. */
function createCluster(binaries: Binaries, place: Place, options: EmbeddedOptions): void {
  const versionFile = join(place.cluster, 'PG_VERSION');
  if (existsSync(versionFile)) {
    const found = readFileSync(versionFile, 'utf8').trim();
    if (Number(found) === binaries.major) return;
    throw new DatabaseFault('postgres-unreachable', {
      detail: `the data folder was made by PostgreSQL ${found}, and the one found here is ${String(binaries.major)}`,
    });
  }
  const unfinished = `${place.cluster}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  const made = spawnSync(
    join(binaries.folder, 'initdb'),
    [
      '-D',
      unfinished,
      '-U',
      place.user,
      `--auth-local=${options.authentication ?? 'peer'}`,
      '--auth-host=reject',
    ].concat(['--encoding=UTF8', '--locale=C.UTF-8', '--data-checksums', '--no-instructions']),
    { ...options.runAs, cwd: '/', encoding: 'utf8', timeout: INITDB_TIMEOUT_MS, env: childEnvironment() },
  );
  if (made.status !== 0) {
    rmSync(unfinished, { recursive: true, force: true });
    const detail = (made.stderr || (made.error?.message ?? 'no message')).trim().split('\n').at(-1) ?? '';
    throw new DatabaseFault('postgres-unreachable', { detail: `initdb failed: ${detail}` });
  }
  renameSync(unfinished, place.cluster);
}

/** Nothing of our environment reaches PostgreSQL but the way to its programs. */
function childEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC' };
}

async function startOrAttach(binaries: Binaries, place: Place, options: EmbeddedOptions): Promise<string> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  let child: ChildProcess | undefined;
  let socket = place.socket;
  let lastError: unknown;
  while (performance.now() < deadline) {
    const running = readPidFile(place.cluster);
    if (running && isPostmaster(running.pid)) {
      socket = running.socketFolder ?? socket;
      lastError = await probe({ host: socket, user: place.user });
      if (lastError === undefined) return socket;
      if (!isUnreachable(lastError)) throw unreachable(lastError, place);
    } else if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      // Just after a kill the old backends still hold the shared memory, so a start may fail once or twice.
      if (running) rmSync(join(place.cluster, 'postmaster.pid'), { force: true });
      socket = prepareSocketFolder(place, options);
      child = spawnPostgres(binaries, place, options, socket);
    }
    await wait(RETRY_INTERVAL_MS);
  }
  throw unreachable(lastError, place);
}

function unreachable(error: unknown, place: Place): DatabaseFault {
  const message = error instanceof Error ? error.message : 'it did not start in time';
  return new DatabaseFault('postgres-unreachable', { detail: `${message} (see ${place.log})` }, error);
}

function prepareSocketFolder(place: Place, { runAs }: EmbeddedOptions): string {
  const isShort = Buffer.byteLength(join(place.socket, SOCKET_FILE)) <= SOCKET_PATH_BYTES_MAX;
  // A data folder with a long path gets a socket elsewhere; postmaster.pid remembers where for those who attach.
  const folder = isShort ? place.socket : mkdtempSync(join(tmpdir(), 'deskhand-'));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  if (runAs) chownSync(folder, runAs.uid, runAs.gid);
  return folder;
}

function spawnPostgres(binaries: Binaries, place: Place, options: EmbeddedOptions, socket: string): ChildProcess {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: socket,
    unix_socket_permissions: '0700',
    port: '5432',
    max_connections: '60',
    jit: 'off',
    timezone: 'UTC',
    ...options.settings,
  };
  const big = existsSync(place.log) && statSync(place.log).size > LOG_BYTES_MAX;
  const log = openSync(place.log, big ? 'w' : 'a', 0o600);
  try {
    // A session of its own, so that Ctrl-C at the terminal reaches Deskhand first and PostgreSQL through it.
    const child = spawn(
      join(binaries.folder, 'postgres'),
      ['-D', place.cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...options.runAs, cwd: '/', env: childEnvironment(), stdio: ['ignore', log, log], detached: true },
    );
    child.on('error', () => undefined);
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** Answers what keeps a connect from succeeding, or undefined when it does. */
async function probe(connection: { readonly host: string; readonly user: string }): Promise<unknown> {
  const client = new pg.Client({ ...connection, database: 'postgres', connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function createDatabase(connection: EmbeddedPostgres['connection']): Promise<void> {
  const client = new pg.Client({ ...connection, database: 'postgres' });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [connection.database]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(connection.database)}`);
  } catch (error) {
    // 42P04 and 23505: another program that attached at the same moment was faster.
    if (codeOf(error) !== '42P04' && codeOf(error) !== '23505') throw error;
  } finally {
    await client.end();
  }
}

/** Starts a postmaster again that ended without being asked to. */
function keepAlive(
  binaries: Binaries,
  place: Place,
  options: EmbeddedOptions,
  socketFolder: string,
): { stop(): Promise<void> } {
  let restart: Promise<unknown> = Promise.resolve();
  let isRestarting = false;
  const timer = setInterval(() => {
    const running = readPidFile(place.cluster);
    if (isRestarting || (running && isPostmaster(running.pid))) return;
    isRestarting = true;
    // Pools know the first socket's folder, so it stays the same one.
    restart = startOrAttach(binaries, { ...place, socket: socketFolder }, options)
      .catch(() => undefined)
      .finally(() => {
        isRestarting = false;
      });
  }, WATCH_INTERVAL_MS);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await restart;
    },
  };
}

async function stopPostmaster(place: Place, connection: EmbeddedPostgres['connection']): Promise<void> {
  const running = readPidFile(place.cluster);
  if (!running || !isPostmaster(running.pid)) return;
  if (await othersAreConnected(connection)) return;
  process.kill(running.pid, 'SIGINT');
  const deadline = performance.now() + STOP_TIMEOUT_MS;
  while (isPostmaster(running.pid) && performance.now() < deadline) await wait(RETRY_INTERVAL_MS);
  if (isPostmaster(running.pid)) process.kill(running.pid, 'SIGQUIT');
}

/** Whether another program uses this PostgreSQL too; our own pool is closed, and its backends leave within moments. */
async function othersAreConnected(connection: EmbeddedPostgres['connection']): Promise<boolean> {
  const client = new pg.Client({ ...connection, database: 'postgres', connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    for (let tries = 0; tries < 10; tries += 1) {
      const { rowCount } = await client.query(
        `select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      );
      if (rowCount === 0) return false;
      await wait(RETRY_INTERVAL_MS);
    }
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function readPidFile(cluster: string): { readonly pid: number; readonly socketFolder: string | undefined } | undefined {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    return Number.isInteger(pid) && pid > 1 ? { pid, socketFolder: lines[4]?.trim() || undefined } : undefined;
  } catch {
    return undefined;
  }
}

/** A process of that number lives and, where the system can tell, it is a postmaster and no stranger with a reused number. */
function isPostmaster(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false;
  }
  try {
    return /^postgres/.test(readFileSync(`/proc/${String(pid)}/comm`, 'utf8')) && !isZombie(pid);
  } catch {
    return process.platform !== 'linux';
  }
}

function isZombie(pid: number): boolean {
  return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'));
}
