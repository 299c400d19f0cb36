import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { expect, test } from 'vitest';
import { hindsightLines, hindsightOf } from './hindsight.ts';

const api = {
  getHindsight: async ({ params }: { params: { id: string } }) =>
    Promise.resolve({ strategy: 'cluster' as const, isPlayed: true, says: [`of ${params.id}`] }),
} as unknown as ApiClient;
const run = (change: Partial<Run>): Run =>
  ({ id: 'r1', state: 'timedOut', error: { code: 'NoCandidateMachine' }, ...change }) as unknown as Run;

test('S53: a run that timed out while it waited is told what would have helped, and where to read on', async () => {
  expect(hindsightLines(await hindsightOf(api, run({})), 'https://deskhand.example')).toEqual([
    'what would have helped: of r1',
    'see: https://deskhand.example/docs/spread-the-load#share-the-load-in-a-cluster',
  ]);
});

test('one that ended otherwise is not', async () => {
  expect(await hindsightOf(api, run({ state: 'failed' }))).toBeNull();
  expect(await hindsightOf(api, run({ error: { code: 'run-timed-out', message: '' } as Run['error'] }))).toBeNull();
});
