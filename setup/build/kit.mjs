import { existsSync, rmSync } from 'node:fs';
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
    .map(([name, entry]) => [name, join(root, entry)])
    .filter(([, entry]) => existsSync(entry)),
);
const outdir = join(root, '.build', 'kit');

/**
 * An ES module that imports `node:http` makes Node read every export of it, among them the ones that load its whole HTTP
 * client: a quarter of a runner's start, whether the flow uses it or not. Taken as an object it costs nothing.
 */
const httpAsObject = {
  name: 'http-as-object',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?https?$/ }, ({ path }) => ({
      path: path.replace('node:', ''),
      namespace: 'built-in',
    }));
    onLoad({ filter: /.*/, namespace: 'built-in' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
      loader: 'js',
    }));
  },
};
rmSync(outdir, { recursive: true, force: true });
try {
  await build({
    entryPoints,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    logLevel: 'warning',
    legalComments: 'inline',
    // Half the text is read in half the time. Names stay, so a stack trace still tells where it was.
    minifyWhitespace: true,
    minifySyntax: true,
    plugins: [httpAsObject],
    loader: { '.node': 'copy' },
    // Packages in the older module format call require, which an ES module does not have by itself.
    banner: {
      js: "import { createRequire as deskhandRequire } from 'node:module'; const require = deskhandRequire(import.meta.url);",
    },
  });
} catch (error) {
  // The builder has said where; its own stack says nothing about the source.
  console.error(error.message);
  process.exitCode = 1;
}
