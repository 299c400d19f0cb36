import { expect, test } from 'vitest';
import { type JournalAt, judgeJournal, judgePosition } from './journal-position.ts';

const at = (position: number | null, journalId = 'j1'): JournalAt => ({ journalId, position });

test.each([
  ['of which nothing was heard', at(0), [], 'accept'],
  ['that is where it was', at(7), [at(7)], 'accept'],
  ['that has grown', at(9), [at(7)], 'accept'],
  ['that is behind what was heard', at(6), [at(7)], 'older-journal-position'],
  ['that is behind one of several', at(8), [at(7), at(9), at(3)], 'older-journal-position'],
  ['that was begun anew', at(0, 'j2'), [at(7)], 'accept'],
  ['beside another one that had come further', at(7), [at(7), at(90, 'j2')], 'accept'],
  ['of a gateway that does not tell', at(null), [at(7)], 'accept'],
  ['of a gateway that never told before', at(0), [at(null)], 'accept'],
  ['that has told of nothing and begins', at(0), [at(0)], 'accept'],
])('a journal %s', (_what, presented, heard, expected) => {
  const judged = judgePosition(presented, heard);
  expect(judged.verdict === 'quarantine' ? judged.because : judged.verdict).toBe(expected);
});

test('the message names both positions', () =>
  expect(judgePosition(at(6), [at(7)])).toMatchObject({ message: expect.stringMatching(/entry 6.*entry 7/) }));

const given = { ...at(11), runId: 'r1', attempt: 2 };
const knowing = (...names: readonly string[]) => ({
  ...at(14),
  knows: (of: { readonly runId: string; readonly attempt: number }) =>
    names.includes(`${of.runId}/${String(of.attempt)}`),
});
test.each([
  ['that knows it asked', knowing('r1/2'), [given], 'accept'],
  ['that wrote more since, and does not know that it asked', knowing('r9/1'), [given], 'journal-without-its-question'],
  ['that knows another attempt of the run', knowing('r1/1'), [given], 'journal-without-its-question'],
  ['that was begun anew', knowing(), [{ ...given, journalId: 'j0' }], 'accept'],
  ['whose gateway did not tell when it asked', knowing(), [{ ...given, position: null }], 'accept'],
  ['of a gateway that does not say what it asked for', { ...at(14), knows: null }, [given], 'accept'],
  ['that is behind and knows', { ...knowing('r1/2'), position: 9 }, [given], 'older-journal-position'],
])('a journal %s', (_what, presented, held, expected) => {
  const judged = judgeJournal(presented, null, held);
  expect(judged.verdict === 'quarantine' ? judged.because : judged.verdict).toBe(expected);
});
