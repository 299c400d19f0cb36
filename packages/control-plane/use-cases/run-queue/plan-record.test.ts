import { setImmediate } from 'node:timers/promises';
import type { RunId } from '@deskhand/domain/brand.ts';
import type { Decision } from '@deskhand/domain/run-queue/decision.ts';
import { planAssignments } from '@deskhand/domain/run-queue/plan-assignments.ts';
import { member, snapshot } from '@deskhand/domain/run-queue/queue-world.ts';
import type { QueueSnapshot } from '@deskhand/domain/run-queue/snapshot.ts';
import { beforeEach, expect, test } from 'vitest';
import type { Change } from '../../ports/changes.ts';
import type { DecisionBatch, WaitNote } from '../../ports/decisions.ts';
import { decodeDecisions } from './decision-batch.ts';
import { createPlanRecord, type PlanRecord, RECORD_AGAIN_MS, RECORD_EVERY_MS } from './plan-record.ts';

let batches: DecisionBatch[];
let notes: WaitNote[];
let changes: Change[];
let due: { readonly delayMs: number; readonly act: () => void }[];
let isStoreAway: boolean;
/** What becomes of a batch that arrives while the store is there. */
let taken: (batch: DecisionBatch) => 'taken' | 'refused' | 'taken-without-an-answer';
let faults: unknown[];
let record: PlanRecord;

beforeEach(() => {
  [batches, notes, changes, due, faults] = [[], [], [], [], []];
  isStoreAway = false;
  taken = () => 'taken';
  const unlessAway = (): Promise<void> => (isStoreAway ? Promise.reject(new Error('away')) : Promise.resolve());
  record = createPlanRecord({
    decisions: {
      keep: async (batch) => {
        await unlessAway();
        const answer = taken(batch);
        if (answer !== 'refused') batches.push(batch);
        if (answer !== 'taken') throw new Error(answer);
      },
      around: () => Promise.resolve([]),
      noteWaits: async (given) => {
        await unlessAway();
        notes.push(...given);
        return given.map(({ runId }) => runId);
      },
      retentionDays: () => Promise.resolve(7),
    },
    changes: {
      publish: (change) => void changes.push(change),
      subscribe: () => () => undefined,
      nudge: () => undefined,
      onNudge: () => () => undefined,
    },
    timers: {
      nowMs: () => 0,
      every: () => () => undefined,
      after: (delayMs, act) => {
        due.push({ delayMs, act });
        return () => undefined;
      },
    },
    program: '1.2.3',
    onRecordFault: (error) => faults.push(error),
  });
});

const world = (runs = 1): QueueSnapshot =>
  snapshot({
    members: [member('g0')],
    runs: Array.from({ length: runs }, (_, index) => ({ user: `u${String(index)}` })),
  });
const decision = (atMs: number, of = world()): Decision => ({
  ...{ way: 'planned', atMs, nowMs: atMs, seed: 1, snapshot: of },
  outcome: { offers: [], refusals: [], leftOut: [] },
});
const waits = (of: QueueSnapshot): void =>
  record.waits(
    'k',
    of,
    planAssignments(of, 0, () => 0),
  );
const offline = (runs = 2): QueueSnapshot =>
  snapshot({
    members: [member('g0', { online: false })],
    runs: Array.from({ length: runs }, (_, index) => ({ user: `u${String(index)}` })),
  });

test('decisions of a moment are written together, each queue for itself', async () => {
  record.decided('k', decision(2));
  record.decided('other', decision(3));
  record.decided('k', decision(1));
  expect(due.map(({ delayMs }) => delayMs)).toEqual([RECORD_EVERY_MS]);
  expect(batches).toEqual([]);
  await record.flush();
  expect(
    batches.map(({ clusterId, firstAtMs, lastAtMs, program }) => [clusterId, firstAtMs, lastAtMs, program]),
  ).toEqual([
    ['k', 1, 2, '1.2.3'],
    ['other', 3, 3, '1.2.3'],
  ]);
  expect(decodeDecisions(batches[0]?.body ?? '').map(({ atMs }) => atMs)).toEqual([1, 2]);
});

test('what is held is written at once when it is much', async () => {
  const big = world(1_000);
  for (let index = 0; index < 30; index += 1) record.decided('k', decision(index, big));
  await setImmediate();
  for (let index = 30; index < 60; index += 1) record.decided('k', decision(index, big));
  await record.flush();
  expect(batches.length).toBeGreaterThan(1);
  expect(batches.reduce((sum, batch) => sum + batch.decisions, 0)).toBe(60);
});

test('what the store did not take is written with the next, and the oldest is given up when it is too much', async () => {
  isStoreAway = true;
  record.decided('k', decision(0));
  await record.flush();
  expect(faults).toHaveLength(1);
  isStoreAway = false;
  record.decided('k', decision(1));
  await record.flush();
  expect(batches.flatMap(({ body }) => decodeDecisions(body)).map(({ atMs }) => atMs)).toEqual([0, 1]);
  isStoreAway = true;
  const big = world(1_000);
  for (let index = 0; index < 200; index += 1) record.decided('k', decision(index, big));
  await record.flush();
  isStoreAway = false;
  batches = [];
  await record.flush();
  const kept = batches.flatMap(({ body }) => decodeDecisions(body)).map(({ atMs }) => atMs);
  expect(kept.at(-1)).toBe(199);
  expect(kept.length).toBeLessThan(100);
});

test('what the store did not take is written although nothing is decided any more', async () => {
  isStoreAway = true;
  record.decided('k', decision(0));
  await record.flush();
  expect(due.at(-1)?.delayMs).toBe(RECORD_AGAIN_MS);
  due.at(-1)?.act();
  await setImmediate();
  expect(faults).toHaveLength(2);
  isStoreAway = false;
  due.at(-1)?.act();
  await setImmediate();
  expect(batches.flatMap(({ body }) => decodeDecisions(body)).map(({ atMs }) => atMs)).toEqual([0]);
  expect(due.map(({ delayMs }) => delayMs)).toEqual([RECORD_EVERY_MS, RECORD_AGAIN_MS, RECORD_AGAIN_MS]);
});

test('a server that stops does not try again what the store did not take', async () => {
  isStoreAway = true;
  record.decided('k', decision(0));
  await record.close();
  expect(faults).toHaveLength(1);
  expect(due.map(({ delayMs }) => delayMs)).toEqual([RECORD_EVERY_MS]);
});

test('what was written before the store broke off is not written again', async () => {
  for (const [atMs, clusterId] of ['k', 'other', 'third'].entries()) record.decided(clusterId, decision(atMs));
  taken = ({ clusterId }) => (clusterId === 'other' ? 'refused' : 'taken');
  await record.flush();
  expect(batches.map(({ clusterId }) => clusterId)).toEqual(['k']);
  taken = () => 'taken';
  await record.flush();
  expect(batches.map(({ clusterId }) => clusterId)).toEqual(['k', 'other', 'third']);
});

test('what may have been taken is written again as it was, so that the store knows it, and what came since apart', async () => {
  record.decided('k', decision(0));
  taken = () => 'taken-without-an-answer';
  await record.flush();
  record.decided('k', decision(1));
  taken = () => 'taken';
  await record.flush();
  const [first, again, next] = batches;
  expect(again).toEqual(first);
  expect(decodeDecisions(next?.body ?? '').map(({ atMs }) => atMs)).toEqual([1]);
});

test('each run that was looked at is told why it waits, and again only when the reason is another', async () => {
  waits(offline());
  await record.flush();
  expect(notes.map(({ runId, detail }) => [runId, detail])).toEqual([
    ['r1', 'g0: The gateway g0 is offline.'],
    ['r2', 'g0: The gateway g0 is offline.'],
  ]);
  expect(changes).toEqual(['r1', 'r2'].map((runId) => ({ kind: 'run', runId: runId as RunId })));
  waits(offline());
  await record.flush();
  expect(notes).toHaveLength(2);
  waits(snapshot({ members: [member('g0', { enabled: false })], runs: [{ user: 'u0' }, { user: 'u1' }] }));
  await record.flush();
  expect(notes.slice(2).map(({ detail }) => detail)).toEqual([
    'g0: The gateway g0 is disabled.',
    'g0: The gateway g0 is disabled.',
  ]);
});

test('a run that was offered and waits again is told again', async () => {
  waits(offline(1));
  await record.flush();
  waits(world(1));
  waits(offline(1));
  await record.flush();
  expect(notes.map(({ runId }) => runId)).toEqual(['r1', 'r1']);
});

test('a run that was offered before its reason was written is told none', async () => {
  waits(offline(1));
  waits(world(1));
  await record.flush();
  expect(notes).toEqual([]);
});

test('what could not be noted is noted with the next plan', async () => {
  isStoreAway = true;
  waits(offline(1));
  await record.flush();
  isStoreAway = false;
  waits(offline(1));
  await record.flush();
  expect(notes.map(({ runId }) => runId)).toEqual(['r1']);
});
