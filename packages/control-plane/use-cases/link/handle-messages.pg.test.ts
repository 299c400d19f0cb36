import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { alice, createRunWorld, logLine, type RunWorld, succeeded, value } from '../../testing/run-world.ts';
import type { WorkMessage } from './handle-message.ts';
import type { OpenLink } from './link-ports.ts';

let world: RunWorld;
let link: OpenLink;
beforeEach(async () => {
  world = await createRunWorld();
  link = await world.linkUp('g1');
});
afterEach(() => world.close());

type Phase = Extract<WorkMessage, { type: 'phase' }>['phase'];
const reached = (runId: string, attempt: number, ...phases: readonly Phase[]): readonly WorkMessage[] =>
  phases.map((phase, sinceAcquireMs) => ({ type: 'phase', runId, attempt, phase, sinceAcquireMs }));

/** An acquired run, and what became of it once the messages were handled. */
async function after(
  say: (messages: readonly WorkMessage[]) => Promise<unknown>,
  messages: (runId: string, attempt: number) => readonly WorkMessage[],
  before: (runId: string) => Promise<unknown> = async () => undefined,
) {
  const run = await world.submit();
  const attempt = await world.start(link, run, 'acquired');
  await before(run.id);
  await say(messages(run.id, attempt));
  const { state, startedAt, downloadingAt, error } = value(await world.runs.get(alice, run.id)) as unknown as Record<
    string,
    unknown
  >;
  const events = (await world.stores.runs.events(run.id)).map(({ event, detail, actor }) => [event, detail, actor]);
  return { state, error, events, started: startedAt !== null, downloaded: downloadingAt !== null };
}
const together = (messages: readonly WorkMessage[]): Promise<unknown> => world.say(link, ...messages);
const oneByOne = async (messages: readonly WorkMessage[]): Promise<void> => {
  for (const message of messages) await world.say(link, message);
};

describe('phases that waited together with the result', () => {
  const whole = (runId: string, attempt: number): readonly WorkMessage[] => [
    ...reached(runId, attempt, 'signingIn', 'downloading', 'running'),
    succeeded(runId, attempt),
  ];

  test('are all written, in their order, with one acknowledgement', async () => {
    const run = await world.submit();
    const attempt = await world.start(link, run, 'acquired');
    const writes = await world.database.pool.query<{ before: string }>(
      `select count(*) as before from run_event where run_id = $1`,
      [run.id],
    );
    expect(await world.say(link, ...whole(run.id, attempt))).toEqual([{ type: 'resultAck', runId: run.id, attempt }]);
    const events = (await world.stores.runs.events(run.id)).slice(Number(writes.rows[0]?.before));
    expect(events.map((one) => one.event)).toEqual(['sign-in', 'download', 'start', 'succeed']);
    // Moments of one commit: each of the four rows carries the same transaction's time.
    expect(new Set(events.map((one) => one.at.getTime())).size).toBe(1);
  });

  test.each([
    ['a run that is starting', whole, undefined],
    ['a run that is being cancelled', whole, (runId: string) => world.runs.cancel(alice, runId)],
    [
      'phases that come in a wrong order',
      (runId: string, attempt: number) => [
        ...reached(runId, attempt, 'running', 'downloading'),
        succeeded(runId, attempt),
      ],
      undefined,
    ],
    [
      'a result that is repeated',
      (runId: string, attempt: number) => [...whole(runId, attempt), ...whole(runId, attempt)],
      undefined,
    ],
    ['a lower attempt', (runId: string, attempt: number) => whole(runId, attempt - 1), undefined],
    [
      'lines of the log between them',
      (runId: string, attempt: number) => [
        ...reached(runId, attempt, 'running'),
        { type: 'log' as const, runId, attempt, lines: [logLine(1)] },
        succeeded(runId, attempt),
      ],
      undefined,
    ],
  ])('leave the same as one by one: %s', async (_, messages, before) => {
    const apart = await after(oneByOne, messages, before);
    await world.close();
    world = await createRunWorld();
    link = await world.linkUp('g1');
    expect(await after(together, messages, before)).toEqual(apart);
  });
});

describe('how the machine was found to be', () => {
  const doctor = { madeAt: '2026-01-01T00:00:00.000Z', version: '1', checks: [] };
  const failed = (runId: string, attempt: number): WorkMessage => ({
    type: 'result',
    runId,
    attempt,
    result: {
      ...{ state: 'failed', outputs: {}, lastLogSeq: 0, logLinesLost: 0, phasesMs: {}, doctor },
      error: { code: 'cannot-create-session', message: 'cannot create new session' },
    },
  });

  test('stands beside the run that failed at its fault, once', async () => {
    const run = await world.submit();
    const attempt = await world.start(link, run, 'acquired');
    await world.say(link, failed(run.id, attempt));
    await world.say(link, failed(run.id, attempt));
    expect(await world.state(run.id)).toBe('failed');
    expect(await world.stores.checks.ofRun(run.id)).toMatchObject({ attempt, report: doctor });
  });

  test('is not taken from an attempt that is not the run’s', async () => {
    const run = await world.submit();
    const attempt = await world.start(link, run, 'acquired');
    await world.say(link, failed(run.id, attempt + 1));
    expect(await world.stores.checks.ofRun(run.id)).toBeUndefined();
  });
});
