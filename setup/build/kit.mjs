import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles the two programs that run as the account of a session into one file each. Such an account need not be able to
 * read the folder Deskhand is installed in, so the gateway copies these files to where it can.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = {
  runner: 'packages/runner/main.ts',
  'session-helper': 'packages/gateway/session-helper/main.ts',
};
const entryPoints = Object.fromEntries(
  Object.entries(programs)
    .map(([name, entry]) => [`${name}.code`, join(root, entry)])
    .filter(([, entry]) => existsSync(entry)),
);
const outdir = join(root, '.build', 'kit');

/**
 * Modules of Node that cost a start more than a millisecond and that most flows never use. Each of their exports is taken
 * at its first use instead.
 */
const seldomUsed = ['child_process', 'crypto', 'http', 'https', 'stream/promises', 'tls', 'zlib'];
const whenUsed = {
  name: 'when-used',
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(node:)?(${seldomUsed.join('|')})$`);
    onResolve({ filter }, ({ path }) => ({ path: path.replace('node:', ''), namespace: 'built-in' }));
    onLoad({ filter: /.*/, namespace: 'built-in' }, async ({ path }) => {
      const names = Object.keys(await import(`node:${path}`)).filter((name) => name !== 'default');
      const taken = names.map((name) => `get ${name}() { return process.getBuiltinModule('node:${path}').${name}; }`);
      return { contents: `module.exports = { ${taken.join(', ')} };`, loader: 'js' };
    });
  },
};
rmSync(outdir, { recursive: true, force: true });
try {
  await build({
    entryPoints,
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    // Node starts the older format a third quicker, and its code can be kept compiled.
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    logLevel: 'warning',
    legalComments: 'inline',
    // Half the text is read in half the time. Names stay, so a stack trace still tells where it was.
    minifyWhitespace: true,
    minifySyntax: true,
    plugins: [whenUsed],
    loader: { '.node': 'copy' },
  });
  const start = readFileSync(join(root, 'setup', 'build', 'kit-start.cjs'), 'utf8');
  for (const name of Object.keys(entryPoints).map((entry) => entry.replace(/\.code$/, ''))) {
    const code = readFileSync(join(outdir, `${name}.code.cjs`));
    const version = createHash('sha256').update(code).digest('hex').slice(0, 16);
    writeFileSync(join(outdir, `${name}.cjs`), start.replace("'@version'", `'${version}'`));
  }
} catch (error) {
  // The builder has said where; its own stack says nothing about the source.
  console.error(error.message);
  process.exitCode = 1;
}
