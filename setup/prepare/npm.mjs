import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Trouble, explained } from './trouble.mjs';

const NPM_TIMEOUT_MS = 15 * 60_000;
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/** Runs npm in the root with the private Node (when there is one) first in PATH, and explains what npm could not do. */
export function npm(root, args, doing) {
  const result = spawnSync('npm', args, {
    cwd: root,
    env: { ...process.env, PATH: pathWithNode(root), npm_config_loglevel: 'error' },
    encoding: 'utf8',
    maxBuffer: OUTPUT_BYTES_MAX,
    timeout: NPM_TIMEOUT_MS,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.error) throw notStarted(result.error, root, doing);
  if (result.status !== 0) throw refused(`${result.stderr}\n${result.stdout}`, root, doing);
  return result.stdout;
}

export function pathWithNode(root) {
  const bin = join(root, '.node', 'bin');
  return existsSync(join(bin, 'node')) ? `${bin}${delimiter}${process.env.PATH}` : process.env.PATH;
}

function notStarted(error, root, doing) {
  if (error.code === 'ENOENT')
    return new Trouble(
      `Cannot ${doing}, because the command npm is not installed.`,
      'Install it (Debian: apt-get install npm) and start again.',
    );
  if (error.code === 'ETIMEDOUT')
    return new Trouble(
      `Cannot ${doing}: npm did not finish in a quarter of an hour.`,
      'Check the network, start again.',
    );
  return explained(error, root);
}

function refused(output, root, doing) {
  if (/ENOSPC|EDQUOT/.test(output)) return explained({ code: 'ENOSPC' }, root);
  if (/EROFS|EACCES|EPERM/.test(output)) return explained({ code: 'EACCES' }, root);
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i.test(output))
    return new Trouble(
      `Cannot ${doing}, because npm does not reach its registry.`,
      'Check the network or the proxy settings of npm (npm config get registry, https-proxy) and start again.',
    );
  if (/lock file|lockfile|EUSAGE/.test(output))
    return new Trouble(
      `Cannot ${doing}, because package-lock.json does not fit the package.json files.`,
      'Run npm install and look at what changed in package-lock.json.',
    );
  return new Trouble(`Cannot ${doing}. npm said: ${lastLines(output)}`, 'Correct that and start again.');
}

const LINES_QUOTED_MAX = 6;
const lastLines = (text) =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.includes('complete log'))
    .slice(0, LINES_QUOTED_MAX)
    .join('\n  ');
