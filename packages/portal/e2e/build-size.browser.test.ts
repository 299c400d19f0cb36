import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { builtPortal } from './portal-under-test.ts';

interface Chunk {
  readonly file: string;
  readonly src?: string;
  readonly imports?: readonly string[];
  readonly isEntry?: boolean;
}

const FIRST_ROUTE_KB_MAX = 275;
const FURTHER_ROUTE_KB_MAX = 40;
const EDITOR_ROUTE_KB_MAX = 135;

let folder = '';
let manifest: Readonly<Record<string, Chunk>> = {};
beforeAll(async () => {
  folder = await builtPortal('production');
  manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
});

function filesOf(key: string, seen = new Set<string>()): Set<string> {
  const chunk = manifest[key];
  if (!chunk || seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const imported of chunk.imports ?? []) filesOf(imported, seen);
  return seen;
}

const kilobytes = (files: Iterable<string>): number =>
  [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 9 }).length, 0) / 1000;

const entryFiles = () => filesOf(Object.keys(manifest).find((key) => manifest[key]?.isEntry) ?? '');

test('the first route fits its budget', () => {
  expect(kilobytes(entryFiles())).toBeLessThanOrEqual(FIRST_ROUTE_KB_MAX);
});

test('each further route fits its budget, the editor a larger one', () => {
  const already = entryFiles();
  const pages = Object.keys(manifest).filter((key) => /^pages\/.*-page\.tsx$/.test(key));
  expect(pages.length).toBeGreaterThan(10);
  for (const page of pages) {
    const budget = page.includes('editor') ? EDITOR_ROUTE_KB_MAX : FURTHER_ROUTE_KB_MAX;
    const own = [...filesOf(page)].filter((file) => !already.has(file));
    expect(kilobytes(own), page).toBeLessThanOrEqual(budget);
  }
});

test('the page runs under a strict policy: no inline scripts, and nothing of the simulated server', () => {
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
  expect(Object.keys(manifest).filter((key) => key.includes('mock-api'))).toEqual([]);
});
