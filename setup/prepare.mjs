/**
 * Makes a clone ready to run: Node 24, the packages of the lockfile, the Debian packages of desktop sessions, the portal
 * and the runner kit. Plain JavaScript for any Node from 18 on, because it runs before anything is installed. When there
 * is nothing to do it takes a few milliseconds and prints nothing.
 *
 *   node setup/prepare.mjs             Node, packages and builds
 *   node setup/prepare.mjs --packages  Node and packages only, for commands that need nothing else
 *   node setup/prepare.mjs --desktop   also the Debian packages that desktop sessions need
 *   node setup/prepare.mjs --test      also those that only tests need
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, outdatedBuilds } from './prepare/builds.mjs';
import { missingDebianPackages, offerDebianPackages } from './prepare/debian.mjs';
import { withLock } from './prepare/lock.mjs';
import { fetchNode, nodeIsMissing } from './prepare/node-binary.mjs';
import { installPackages, packagesAreMissing, touchStamp } from './prepare/packages.mjs';
import { Trouble, explained, say } from './prepare/trouble.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const tests = process.argv.includes('--test');
const desktop = tests || process.argv.includes('--desktop');

const missingBuilds = () => (process.argv.includes('--packages') ? [] : outdatedBuilds(root));
const isReady = () => !nodeIsMissing(root) && !packagesAreMissing(root) && missingBuilds().length === 0;

function prepare() {
  if (nodeIsMissing(root)) fetchNode(root);
  if (packagesAreMissing(root)) installPackages(root);
  for (const outdated of missingBuilds()) build(root, outdated);
}

try {
  if (Number(process.versions.node.split('.')[0]) < 18)
    throw new Trouble(`Deskhand cannot prepare itself with Node ${process.version}.`, 'Install Node 18 or newer.');
  // The lock is taken only when there is work, so that a finished clone also runs from a folder nobody may write.
  if (!isReady()) await withLock(join(root, '.build', 'prepare.lock'), prepare);
  touchStamp(root);
  if (desktop) offerDebianPackages(missingDebianPackages({ tests }));
} catch (error) {
  const trouble = explained(error, root);
  if (!(trouble instanceof Trouble)) throw error;
  say(trouble.message);
  say(trouble.fix);
  process.exitCode = 2;
}
