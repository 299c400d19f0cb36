import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepCompiled } from './keep-compiled.ts';
import { StartRefused } from '../../disk/private-folder.ts';

/** What a session's user must be able to read and run. */
export interface Kit {
  readonly node: string;
  readonly runner: string;
  readonly sessionHelper: string;
}

const programs = ['runner.cjs', 'runner.code.cjs', 'session-helper.cjs', 'session-helper.code.cjs'] as const;

/** The bundles lie in `.build/kit` of a clone, and in `dist/kit` of the npm package beside the gateway's own bundle. */
export function findBundles(): string {
  const candidates = ['../../../../.build/kit', '../../../../kit', './kit', '../kit'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = candidates.find((folder) => existsSync(join(folder, 'runner.cjs')));
  if (found === undefined) throw new StartRefused('The runner kit has not been built. Build it with: npm start');
  return found;
}

/** Without root everything runs as one account, which can read Deskhand where it is. */
export function kitInPlace(bundles: string): Kit {
  keepCompiled(bundles, process.execPath);
  return kitIn(bundles, process.execPath);
}

/**
 * As root: a copy that every account can read and none can change, because the clone may lie in somebody's home and the
 * Node of a clone with it. Each version has its own folder, so a run keeps what it started with.
 */
export function kitCopiedTo(folder: string, bundles: string): Kit {
  const sources = [process.execPath, ...programs.map((name) => join(bundles, name)).filter((path) => existsSync(path))];
  const version = hashOf(sources.slice(1), process.version);
  const target = join(folder, version);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  chmodSync(folder, 0o755);
  if (!existsSync(target)) copyKit(sources, `${target}.${process.pid}`, target);
  return kitIn(target, join(target, 'node'));
}

/** Older kits that no runner in hand was started from. */
export function removeOldKits(folder: string, keep: ReadonlySet<string>): void {
  for (const name of readdirSync(folder)) {
    if (!keep.has(name)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function copyKit([node, ...bundles]: readonly string[], fresh: string, target: string): void {
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o755 });
  copyReadable(node ?? process.execPath, join(fresh, 'node'), 0o755);
  for (const bundle of bundles) copyReadable(bundle, join(fresh, bundle.slice(bundle.lastIndexOf('/') + 1)), 0o644);
  chmodSync(fresh, 0o755);
  keepCompiled(fresh, join(fresh, 'node'));
  renameSync(fresh, target);
}

function copyReadable(from: string, to: string, mode: number): void {
  copyFileSync(from, to);
  chmodSync(to, mode);
}

function hashOf(files: readonly string[], nodeVersion: string): string {
  const hash = createHash('sha256').update(nodeVersion).update(process.execPath);
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

const kitIn = (folder: string, node: string): Kit => ({
  node,
  runner: join(folder, 'runner.cjs'),
  sessionHelper: join(folder, 'session-helper.cjs'),
});
