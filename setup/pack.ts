/**
 * Builds `dist/`, which is what npm publishes: the programs as JavaScript (types erased, nothing bundled, so that a stack
 * trace names the file people know), the database migrations, the portal, the runner kit and the examples. The layout is
 * that of the clone, so that files find each other by the same relative paths.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isTest, openRepository } from '../tidy/repository.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const notShipped = /^packages\/portal\/|\/testing\/|\.(test|contract|bench|config)\.tsx?$|\.d\.ts$/;
const folders = ['.build/portal', '.build/kit'];

rmSync(dist, { recursive: true, force: true });
const shipped = openRepository(root).paths.filter(
  (path) => path.startsWith('packages/') && !notShipped.test(path) && !isTest(path),
);
for (const path of shipped.filter((name) => name.endsWith('.ts'))) write(path.replace(/\.ts$/, '.js'), erased(path));
for (const path of shipped.filter((name) => name.endsWith('.sql'))) write(path, read(path));
for (const folder of folders.filter((name) => existsSync(join(root, name))))
  cpSync(join(root, folder), join(dist, folder), { recursive: true });
// The flows and what they read, not the demo, which drives a clone.
for (const name of readdirSync(join(root, 'examples'), { withFileTypes: true }))
  if (name.isFile()) write(`examples/${name.name}`, read(`examples/${name.name}`));
// The guides that the server shows; decisions are for those who build Deskhand.
for (const path of openRepository(root).paths.filter((name) => /^docs\/(?!decisions\/).*\.md$/.test(name)))
  write(path, read(path));
write('package.json', manifest());
write('deskhand', read('setup/packed/deskhand'));
chmodSync(join(dist, 'deskhand'), 0o755);
// What fetches Node where the machine's is too old.
for (const name of ['fetch.mjs', 'node-binary.mjs', 'node-pin.json', 'npm.mjs', 'trouble.mjs'])
  write(`prepare/${name}`, read(`setup/prepare/${name}`));

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(dist, path)), { recursive: true });
  writeFileSync(join(dist, path), text);
}

/** Types become blanks, so lines and columns stay; specifiers are pointed at the JavaScript beside them. */
function erased(path: string): string {
  return stripTypeScriptTypes(read(path), { mode: 'strip' }).replace(
    /(['"])((?:\.{1,2}\/|@deskhand\/)[^'"\n]*)\1/g,
    (whole, quote: string, specifier: string) => {
      const target = pointed(path, specifier);
      return target === undefined ? whole : `${quote}${target}${quote}`;
    },
  );
}

/** Undefined for a string that only looks like a specifier. */
function pointed(from: string, specifier: string): string | undefined {
  const isInside = !specifier.startsWith('@deskhand/');
  if (isInside && !specifier.endsWith('.ts')) return undefined;
  const [, name = '', ...inside] = specifier.split('/');
  const target = isInside
    ? posix.join(posix.dirname(from), specifier)
    : `packages/${name}/${inside.join('/') || 'index.ts'}`;
  if (!existsSync(join(root, target))) throw new Error(`${from} names ${specifier}, which does not exist.`);
  const path = posix.relative(posix.dirname(from), target.replace(/\.ts$/, '.js'));
  return path.startsWith('.') ? path : `./${path}`;
}

function manifest(): string {
  const { name, version } = JSON.parse(read('package.json')) as { name: string; version: string };
  return `${JSON.stringify({ name, version, type: 'module', private: true }, undefined, 2)}\n`;
}
