import { expect, test } from 'vitest';
import { judgeMemory } from './database-memory.ts';

const database = { epoch: 'new', formerEpochs: ['older', 'old'], commit: 7 };

test.each([
  ['has never linked', null, 0, 'in-step'],
  ['has seen no more than was given out', 'new', 7, 'in-step'],
  ['has seen a later commit of the same epoch', 'new', 8, 'set-back'],
  ['was last here before the restore', 'old', 99, 'restored'],
  ['was last here two restores ago', 'older', 3, 'restored'],
  ['has seen an epoch that this database never had', 'another', 1, 'set-back'],
] as const)('a gateway that %s', (_, epoch, commit, judgement) => {
  expect(judgeMemory({ epoch, commit }, database)).toBe(judgement);
});
