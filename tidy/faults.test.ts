import { describe, expect, test } from 'vitest';
import { claimsAreTrue } from './checks/claims.ts';
import { noCycles } from './checks/cycles.ts';
import { dependenciesAreDeclared, lockfileIsNeutral } from './checks/dependencies.ts';
import { type ErrorFacts, errorPageOf, errorTableAgrees } from './checks/error-table.ts';
import { fileNames } from './checks/file-names.ts';
import { importDirections } from './checks/import-directions.ts';
import { helpIsThere, linksResolve } from './checks/links.ts';
import { noMachineTraces } from './checks/machine-traces.ts';
import { openingParagraphs } from './checks/opening-paragraphs.ts';
import { pureIsPure } from './checks/purity.ts';
import { bannedWords } from './checks/words.ts';
import { type Check, repositoryOf } from './repository.ts';

/** Shows a check a made-up tree and answers what it found, in words. */
const findings = async (check: Check, texts: Record<string, string>): Promise<readonly string[]> =>
  (await check.find(repositoryOf(texts))).map(({ path, what }) => `${path} ${what}`);

describe('import directions', () => {
  const cases: readonly (readonly [string, Record<string, string>, string | undefined])[] = [
    [
      'a pure package that imports node:',
      { 'packages/domain/a.ts': `import 'node:fs';` },
      'domain imports nothing from outside',
    ],
    [
      'a program that imports another',
      { 'packages/gateway/a.ts': `import '@deskhand/control-plane/b.ts';` },
      'gateway must not know control-plane',
    ],
    [
      'a type import of another program',
      { 'packages/cli/a.ts': `import type { B } from '@deskhand/gateway';` },
      'cli must not know gateway',
    ],
    [
      'an adapter that imports another',
      { 'packages/gateway/adapters/linux/a.ts': `import '../virtual/b.ts';` },
      'adapters never import each other',
    ],
    [
      'a use case that imports an adapter',
      { 'packages/gateway/use-cases/a.ts': `import '../adapters/linux/b.ts';` },
      'only main.ts knows adapters',
    ],
    [
      'a use case that imports a library',
      { 'packages/control-plane/use-cases/a.ts': `import pg from 'pg';` },
      'use-cases know no installed package',
    ],
    [
      'a dynamic import in a pure package',
      { 'packages/robin/a.ts': `await import('node:fs');` },
      'robin imports nothing from outside',
    ],
    [
      'a use case that imports the wiring',
      { 'packages/gateway/use-cases/a.ts': `import '../config.ts';` },
      'nothing inside a program imports main.ts',
    ],
    [
      'a file beside main.ts that imports adapters',
      { 'packages/gateway/wiring.ts': `import './adapters/linux/b.ts';` },
      undefined,
    ],
    ['main.ts that imports adapters', { 'packages/gateway/main.ts': `import './adapters/linux/b.ts';` }, undefined],
    [
      'an adapter that imports a port',
      { 'packages/gateway/adapters/linux/a.ts': `import '../../ports/b.ts';` },
      undefined,
    ],
    ['a test in a pure package', { 'packages/robin/a.test.ts': `import { test } from 'vitest';` }, undefined],
  ];
  test.each(cases)('%s', async (_title, texts, expected) => {
    const found = await findings(importDirections, texts);
    if (expected === undefined) expect(found).toEqual([]);
    else expect(found).toEqual([expect.stringContaining(expected)]);
  });
});

test('a circle of three files is found once, and type imports count', async () => {
  const found = await findings(noCycles, {
    'packages/domain/a.ts': `import './b.ts';`,
    'packages/domain/b.ts': `import type { C } from './c.ts';`,
    'packages/domain/c.ts': `export * from '@deskhand/domain/a.ts';`,
    'packages/domain/d.ts': `import './a.ts';`,
  });
  expect(found).toEqual([
    'packages/domain/a.ts is in a circle of imports with packages/domain/b.ts, packages/domain/c.ts',
  ]);
});

test.each([
  'Date.now()',
  'Math.random()',
  'new Date()',
  'process.env.HOME',
  'setTimeout(run, 1)',
  'fetch(url)',
  'eval(text)',
])('a pure package may not use %s', async (use) => {
  expect(await findings(pureIsPure, { 'packages/robin/a.ts': `export const a = () => ${use};` })).toHaveLength(1);
  expect(await findings(pureIsPure, { 'packages/gateway/a.ts': `export const a = () => ${use};` })).toEqual([]);
});

test('a date that is made from an argument is pure', async () => {
  expect(
    await findings(pureIsPure, { 'packages/robin/a.ts': 'export const a = (ms: number) => new Date(ms);' }),
  ).toEqual([]);
});

test('a package without its opening paragraph is found', async () => {
  const found = await findings(openingParagraphs, { 'packages/robin/index.ts': `export * from './a.ts';` });
  expect(found).toEqual(['packages/robin/index.ts does not open with a paragraph about the package']);
});

test('names that say nothing and names in capitals are found', async () => {
  const texts = { 'packages/cli/table-utils.ts': '', 'packages/cli/RunTable.ts': '', 'packages/cli/service.ts': '' };
  const fine = { 'packages/cli/run-table.ts': '', 'packages/gateway/pam-service.ts': '' };
  expect(await findings(fileNames, { ...texts, ...fine })).toHaveLength(3);
});

describe('banned words', () => {
  const words = JSON.stringify({
    identifiers: { host: 'machine', job: 'run', 'machine group': 'gateway cluster' },
    text: { job: 'run', workflow: 'flow' },
    exempt: [
      { identifier: 'SessionHost', because: '' },
      { text: 'workflow definition language', because: '' },
    ],
  });
  const cases: readonly (readonly [string, string, number])[] = [
    ['a declared name', 'const nextJob = 1;', 1],
    ['a name in the plural', 'interface Queue { readonly waitingJobs: number }', 1],
    ['a field of a library that is only read', 'const { host } = new URL(text);', 0],
    ['an option of a library', 'connect({ host: text });', 0],
    ['a longer word', 'const hostile = 1;', 0],
    ['a pair', 'const allMachineGroups = 1;', 1],
    ['half of a pair', 'const groupOfRows = 1;', 0],
    ['an exempt name', 'interface SessionHostProbe { readonly ok: boolean }', 0],
    ['a sentence for a person', `const text = 'The job has been cancelled.';`, 1],
    ['a key that is no sentence', `const key = 'job-key';`, 0],
  ];
  test.each(cases)('%s', async (_title, source, count) => {
    expect(await findings(bannedWords, { 'tidy/words.json': words, 'packages/cli/a.ts': source })).toHaveLength(count);
  });

  test('documents, but neither their code nor an exempt phrase', async () => {
    const document = 'A workflow runs.\n\nThe Workflow Definition Language and `a job`.\n\n```\njob\n```\n';
    const found = await findings(bannedWords, { 'tidy/words.json': words, 'README.md': document });
    expect(found).toEqual(['README.md says workflow; say flow']);
  });
});

test('shipped code may import only what npm installs with the package', async () => {
  const manifest = JSON.stringify({ dependencies: { pg: '1' }, devDependencies: { vitest: '1' } });
  const source = `import pg from 'pg'; import { test } from 'vitest'; import 'left-pad/x.js';`;
  const texts = { 'package.json': manifest, 'packages/gateway/a.ts': source, 'packages/gateway/a.test.ts': source };
  expect(await findings(dependenciesAreDeclared, texts)).toEqual([
    'packages/gateway/a.test.ts imports left-pad/x.js, which is not in the package.json',
    'packages/gateway/a.ts imports vitest, which is not in the dependencies of the root package.json',
    'packages/gateway/a.ts imports left-pad/x.js, which is not in the dependencies of the root package.json',
  ]);
});

test('a lockfile that names a registry is found', async () => {
  const lock = '{ "resolved": "https://example.org/a.tgz" }';
  expect(await findings(lockfileIsNeutral, { 'package-lock.json': lock })).toHaveLength(1);
});

describe('the error table', () => {
  const row = { status: 404, exit: 5, message: 'There is no such run.', remedy: 'Check the id.' };
  const facts: ErrorFacts = {
    table: { 'not-found': row },
    causes: { 'not-found': { cause: 'It was deleted.', check: 'disk' } },
    checkNames: ['disk'],
    exitCodes: { 5: 'not found' },
    openApiCodes: ['not-found'],
  };
  const check = (changed: Partial<typeof facts>) => errorTableAgrees(() => Promise.resolve({ ...facts, ...changed }));
  const page = { 'docs/errors.md': errorPageOf(facts) };

  test('agrees with a fresh page', async () => expect(await findings(check({}), page)).toEqual([]));
  test('does not agree with an old page', async () =>
    expect(await findings(check({}), { 'docs/errors.md': 'old' })).toHaveLength(1));
  test('does not agree with an OpenAPI page that lacks a code', async () =>
    expect(await findings(check({ openApiCodes: [] }), page)).toHaveLength(1));
  test('refuses an exit code that means nothing', async () => {
    const table = { 'not-found': { ...row, exit: 55 } };
    const fresh = { 'docs/errors.md': errorPageOf({ ...facts, table }) };
    expect(await findings(check({ table }), fresh)).toEqual([expect.stringContaining('exit code 55')]);
  });
  test('refuses an error without a cause, and a check that there is not', async () => {
    const bare = { causes: { 'not-found': { cause: '', check: 'teeth' } } };
    const fresh = { 'docs/errors.md': errorPageOf({ ...facts, ...bare }) };
    expect(await findings(check(bare), fresh)).toEqual([
      expect.stringContaining('lacks its cause'),
      expect.stringContaining('names the check teeth'),
    ]);
  });
  test('refuses a document that names an unknown code', async () =>
    expect(await findings(check({}), { ...page, 'README.md': 'code: run-lost' })).toHaveLength(1));
});

test('a link to a file that does not exist is found, and a link to a folder is not', async () => {
  const text = '[a](docs/a.md) [b](docs/b.md#part) [c](docs) [d](https://example.org) `[e](nowhere.md)`';
  expect(await findings(linksResolve, { 'README.md': text, 'docs/a.md': '' })).toEqual([
    'README.md links to docs/b.md#part, which does not exist',
  ]);
});

test('a link to a place that a page does not have is found', async () => {
  const text = '[a](docs/a.md#here-it-is) [b](docs/a.md#nowhere) [c](docs/a.md#written)';
  const page = '# A\n\n## Here it is!\n\n<a id="written"></a>\n';
  expect(await findings(linksResolve, { 'README.md': text, 'docs/a.md': page })).toEqual([
    'README.md links to docs/a.md#nowhere, where there is no such place',
  ]);
});

test('a help link of the programs that leads nowhere is found, whether the page or the place is missing', async () => {
  const links = ['/docs/a', '/docs/a#here', '/docs/a#nowhere', '/docs/b'];
  expect(
    await findings(
      helpIsThere(async () => links),
      { 'docs/a.md': '# A\n## Here\n' },
    ),
  ).toEqual([
    'docs/a.md has no place called nowhere',
    'packages/protocol/help-links.ts links to /docs/b, but docs/b.md does not exist',
  ]);
});

describe('claims', () => {
  const status =
    '| Feature | State | Note | Claimed by |\n|---|---|---|---|\n| Windows | unverified | | `on windows` |\n';
  const claim = (text: string) => findings(claimsAreTrue, { 'docs/status.md': status, 'README.md': text });

  test('a sentence that claims an unverified feature is found', async () =>
    expect(await claim('It runs on Linux. It runs on\nWindows too.')).toHaveLength(1));
  test('a sentence that says so is fine', async () =>
    expect(await claim('It runs on Windows (unverified).')).toEqual([]));
  test('a feature that is missing must list the phrases that would claim it', async () => {
    const bare = status.replace('`on windows`', '');
    expect(await findings(claimsAreTrue, { 'docs/status.md': bare })).toHaveLength(1);
  });
});

test('the path of one machine and the address of a registry are found', async () => {
  const text = ['cd /', 'work/main'].join('') + '\nhttps://' + 'registry.example.org/a\n';
  expect(await findings(noMachineTraces, { 'README.md': text })).toHaveLength(2);
});
