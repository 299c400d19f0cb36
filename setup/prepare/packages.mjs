import { createHash } from 'node:crypto';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeMajor } from './node-binary.mjs';
import { npm } from './npm.mjs';
import { say } from './trouble.mjs';

const stampFile = (root) => join(root, 'node_modules', '.deskhand-stamp');

/** Whether `node_modules` differs from what package-lock.json and this Node ask for. */
export function packagesAreMissing(root) {
  try {
    return readFileSync(stampFile(root), 'utf8') !== wanted(root);
  } catch {
    return true;
  }
}

export function installPackages(root) {
  say('installing the packages of package-lock.json (npm ci, one to two minutes)');
  npm(root, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], 'install the packages');
  writeFileSync(stampFile(root), wanted(root));
}

/** Lets the launcher see with one file comparison that nothing changed, after a checkout touched the lockfile only. */
export function touchStamp(root) {
  const now = new Date();
  try {
    utimesSync(stampFile(root), now, now);
  } catch {
    // Only the time is lost that the launcher would have saved.
  }
}

function wanted(root) {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} node ${nodeMajor(root)}\n`;
}
