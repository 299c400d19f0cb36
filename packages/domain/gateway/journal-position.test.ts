import { expect, test } from 'vitest';
import { type JournalAt, judgePosition } from './journal-position.ts';

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
