import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { npm } from './npm.mjs';
import { Trouble, say } from './trouble.mjs';

const NODE_MAJOR_MIN = 24;
const pin = JSON.parse(readFileSync(new URL('node-pin.json', import.meta.url), 'utf8'));
const major = (version) => Number(version.replace('v', '').split('.')[0]);

/** Whether `.node/bin/node` must be fetched: the machine's Node is too old and the private one is absent or outdated. */
export function nodeIsMissing(root) {
  const binary = join(root, '.node', 'bin', 'node');
  if (existsSync(binary)) return privateVersion(root, binary) !== pin.version;
  return major(process.version) < NODE_MAJOR_MIN;
}

/** The major version that programs of this clone run with: part of the stamp of node_modules. */
export const nodeMajor = (root) =>
  existsSync(join(root, '.node', 'bin', 'node')) ? major(pin.version) : major(process.version);

// Asking the binary costs 40 ms, so the answer is written down beside it.
function privateVersion(root, binary) {
  const note = join(root, '.node', 'version');
  if (existsSync(note)) return readFileSync(note, 'utf8').trim();
  const version = spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout?.trim().replace('v', '') ?? '';
  try {
    writeFileSync(note, version);
  } catch {
    // A clone that this account may not write still works, only a little slower.
  }
  return version;
}

/** Fetches the official Node from npm into `.node/`, and accepts it only with the pinned checksum. */
export function fetchNode(root) {
  const platform = `${process.platform}-${process.arch}`;
  const integrity = pin.integrity[platform];
  if (integrity === undefined)
    throw new Trouble(
      `Deskhand needs Node ${NODE_MAJOR_MIN} or newer; this is ${process.version}, and none is pinned for ${platform}.`,
      'Install Node 24 (https://nodejs.org) and start again.',
    );
  say(`this Node is ${process.version}; fetching Node ${pin.version} into .node/ (about 50 MB, once)`);
  mkdirSync(join(root, '.node'), { recursive: true });
  const scratch = mkdtempSync(join(root, '.node', 'fetch-'));
  try {
    const archive = download(root, platform, scratch);
    assertChecksum(archive, integrity);
    unpack(archive, scratch, root);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function download(root, platform, scratch) {
  npm(root, ['pack', `node-${platform}@${pin.version}`, '--pack-destination', scratch], `fetch Node ${pin.version}`);
  return join(
    scratch,
    readdirSync(scratch).find((name) => name.endsWith('.tgz')),
  );
}

function assertChecksum(archive, integrity) {
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== integrity)
    throw new Trouble(
      `The fetched Node ${pin.version} does not have the pinned checksum, so it was thrown away.`,
      'Check which registry npm uses (npm config get registry) and start again.',
    );
}

function unpack(archive, scratch, root) {
  const result = spawnSync('tar', ['-xzf', archive, '-C', scratch, 'package/bin/node'], { encoding: 'utf8' });
  if (result.status !== 0)
    throw new Trouble(`Cannot unpack Node: ${result.stderr ?? result.error}`, 'Check the disk and start again.');
  mkdirSync(join(root, '.node', 'bin'), { recursive: true });
  chmodSync(join(scratch, 'package', 'bin', 'node'), 0o755);
  // A rename within one folder is atomic, so a program that starts meanwhile sees the old binary or the new one.
  renameSync(join(scratch, 'package', 'bin', 'node'), join(root, '.node', 'bin', 'node'));
  writeFileSync(join(root, '.node', 'version'), pin.version);
}
