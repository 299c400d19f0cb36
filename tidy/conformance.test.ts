import { describe, expect, test } from 'vitest';
import { conformance } from './checks/conformance.ts';
import { repositoryOf } from './repository.ts';

const ruleTest = 'packages/domain/rule.test.ts';
const realTest = 'e2e/rule.e2e.test.ts';
const sources = {
  [ruleTest]: `test('the rule holds', () => undefined); test.each([1])('the rule holds for %s', () => undefined); test.skip('the rule sleeps', () => undefined);`,
  [realTest]: `describe('all', () => { test('it happens', () => undefined); });`,
};
const rows = Array.from({ length: 67 }, (_, index) => `S${String(index + 1).padStart(2, '0')}`);
const isTrigger = (id: string): boolean => ['S02', 'S03', 'S04', 'S05'].includes(id);
const cellsOf = (id: string): readonly string[] =>
  isTrigger(id)
    ? [id, 'A trigger', '–', 'cloud-flow issue', 'the trigger']
    : [id, 'A rule', 'model [rule] “the rule holds”<br>real [real] “it happens”', 'met', ''];

/** The page with one row made different, in the cells that are given by their place. */
async function findings(
  id: string,
  changed: Readonly<Record<number, string>> | 'left out',
): Promise<readonly string[]> {
  const lines = rows.flatMap((one) => {
    if (one !== id) return [cellsOf(one)];
    return changed === 'left out' ? [] : [cellsOf(one).map((cell, place) => changed[place] ?? cell)];
  });
  const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const page = `${table}\n\n[rule]: ../${ruleTest}\n[real]: ../${realTest}\n`;
  const found = await conformance.find(repositoryOf({ ...sources, 'docs/conformance.md': page }));
  return found.map(({ what }) => what);
}

test('a page whose tests exist has no findings', async () => {
  expect(await findings('S10', {})).toEqual([]);
});

test('a missing page is found', async () => {
  expect(await conformance.find(repositoryOf(sources))).toHaveLength(1);
});

test('a row that is missing, unknown or there twice is found', async () => {
  expect(await findings('S67', 'left out')).toEqual(['has no row S67']);
  expect(await findings('S67', { 0: 'S68' })).toEqual(['has no row S67', expect.stringContaining('S68')]);
  expect(await findings('S67', { 0: 'S66' })).toEqual(['has no row S67', expect.stringContaining('S66')]);
});

describe('what a row names must exist', () => {
  test.each([
    ['a test that is not in the file', 'model [rule] “the rule bends”', 'does not have'],
    ['a title that is only the beginning', 'model [rule] “the rule”', 'does not have'],
    ['a test that is skipped', 'model [rule] “the rule sleeps”', 'does not have'],
    ['a file without a path', 'model [other] “the rule holds”', 'path is not given'],
    ['a way that there is not', 'hoped [rule] “the rule holds”', 'none of'],
    ['a model that is called real', 'real [rule] “the rule holds”', 'says real'],
    ['the real thing that is called a model', 'model [real] “it happens”', 'says model'],
    ['a test that is not understood', 'model [rule] the rule holds', 'not understood'],
  ])('%s is found', async (_, proof, expected) => {
    const more = `${proof}<br>model [rule] “the rule holds”<br>real [real] “it happens”`;
    expect(await findings('S10', { 2: more })).toEqual([expect.stringContaining(expected)]);
  });

  test('a title with a place for values is named as it is written', async () => {
    expect(await findings('S10', { 2: 'model [rule] “the rule holds for %s”' })).toEqual([]);
  });

  test('a file that does not exist is found', async () => {
    const page = `| S01 | A rule | model [gone] “the rule holds” | met | |\n\n[gone]: ../packages/gone.test.ts\n`;
    const found = await conformance.find(repositoryOf({ 'docs/conformance.md': page }));
    expect(found.map(({ what }) => what)).toContain('S01 names packages/gone.test.ts, which does not exist');
  });
});

describe('a state is kept by what the row says', () => {
  test.each([
    ['an unknown state', { 3: 'nearly' }, 'unknown state'],
    ['met without a test', { 2: '–' }, 'names no test'],
    ['partly without a test', { 2: '–', 3: 'partly', 4: 'a part' }, 'names no test'],
    ['partly without what is missing', { 3: 'partly' }, 'does not say what is missing'],
    ['not yet without what is missing', { 2: '–', 3: 'not yet' }, 'does not say what is missing'],
    ['met with something missing', { 4: 'a part' }, 'says what is missing'],
    ['left to cloud flows without being a trigger', { 3: 'cloud-flow issue', 4: 'all' }, 'S02 to S05'],
    ['no rule', { 1: '' }, 'has no rule'],
  ])('%s is found', async (_, changed, expected) => {
    expect(await findings('S10', changed)).toEqual([expect.stringContaining(expected)]);
  });

  test('not yet with what is missing is honest, with or without a test of a part', async () => {
    expect(await findings('S10', { 2: '–', 3: 'not yet', 4: 'all of it' })).toEqual([]);
    expect(await findings('S10', { 3: 'not yet', 4: 'all of it' })).toEqual([]);
  });
});

test('a path that no row uses is found', async () => {
  const page = `[unused]: ../${ruleTest}\n`;
  const found = await conformance.find(repositoryOf({ ...sources, 'docs/conformance.md': page }));
  expect(found.map(({ what }) => what)).toContain('names the file [unused] that no row uses');
});
