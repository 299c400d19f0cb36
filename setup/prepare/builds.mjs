import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathWithNode } from './npm.mjs';
import { changedSince } from './sources.mjs';
import { Trouble, say } from './trouble.mjs';

const BUILD_TIMEOUT_MS = 5 * 60_000;
const shared = ['package-lock.json', 'setup/build', 'packages/domain', 'packages/protocol', 'packages/robin'];

/**
 * What a clone must build. The portal, because a browser takes no TypeScript; and the runner kit, because a runner is
 * started as another account, which need not be able to read this clone.
 */
const builds = [
  {
    name: 'portal',
    entries: ['packages/portal/index.html'],
    sources: [...shared, 'packages/portal'],
    result: '.build/portal/index.html',
  },
  {
    name: 'kit',
    entries: ['packages/runner/main.ts', 'packages/gateway/session-helper/main.ts'],
    sources: [...shared, 'packages/runner', 'packages/actions', 'packages/gateway/session-helper'],
    result: '.build/kit/runner.cjs',
  },
];

/** The builds whose sources changed since they were last made; a part of the tree that does not exist is skipped. */
export function outdatedBuilds(root) {
  const outdated = [];
  for (const { name, entries, sources, result } of builds) {
    if (!existsSync(join(root, entries[0]))) continue;
    const record = changedSince(
      join(root, '.build', 'stamps', `${name}.json`),
      root,
      sources.filter((folder) => existsSync(join(root, folder))),
      { built: existsSync(join(root, result)) },
    );
    if (record) outdated.push({ name, record });
  }
  return outdated;
}

export function build(root, { name, record }) {
  say(`building the ${name === 'kit' ? 'runner kit' : name}`);
  const result = spawnSync('sh', [join(root, 'setup', 'node.sh'), join(root, 'setup', 'build', `${name}.mjs`)], {
    cwd: root,
    env: { ...process.env, PATH: pathWithNode(root), NO_COLOR: '1', FORCE_COLOR: '0' },
    encoding: 'utf8',
    timeout: BUILD_TIMEOUT_MS,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.status !== 0)
    throw new Trouble(
      `Cannot build the ${name}:\n${shortened(`${result.stderr}${result.stdout}`)}`,
      'Correct the source it names and start again.',
    );
  record();
}

const OUTPUT_LINES_MAX = 20;

/** The beginning of what a builder said, without its colours, which it writes into a pipe as well. */
function shortened(output) {
  // biome-ignore lint: colours are control characters
  const lines = output
    .replace(/\u001b\[[0-9;]*m/g, '')
    .trimEnd()
    .split('\n');
  return [...lines.slice(0, OUTPUT_LINES_MAX), ...(lines.length > OUTPUT_LINES_MAX ? ['…'] : [])].join('\n');
}
