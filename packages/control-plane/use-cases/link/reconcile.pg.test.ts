import type { AttemptReport } from '@deskhand/protocol/link/messages.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { alice, createRunWorld, type RunWorld, succeeded, value } from '../../testing/run-world.ts';
import type { OpenLink } from './link-ports.ts';

let world: RunWorld;
let link: OpenLink;
beforeEach(async () => {
  world = await createRunWorld();
  link = await world.linkUp('g1');
});
afterEach(() => world.close());
type Phase = AttemptReport['phase'];
const report = (runId: string, attempt: number, phase: Phase): AttemptReport => ({
  runId,
  attempt,
  phase,
  result: phase === 'ended' ? succeeded(runId, attempt).result : null,
  lastLogSeqAcked: 0,
});

/** Brings a run to a state on g1, begins a new link that tells of it, and answers what became of it. */
async function reconciled(
  state: 'offered' | 'starting' | 'running' | 'cancelling',
  says: Phase | 'absent',
  journalId = link.journalId,
): Promise<{ decision: string | undefined; state: string }> {
  const run = await world.submit();
  await world.settled();
  if (state !== 'offered') await world.start(link, run, state === 'starting' ? 'acquired' : 'running');
  if (state === 'cancelling') await world.runs.cancel(alice, run.id);
  const attempts = says === 'absent' ? [] : [report(run.id, 1, says)];
  // A disabled gateway is offered nothing, so that a run back in the queue is seen there.
  await world.database.pool.query('update gateway set enabled = false');
  const { decisions } = await world.linkUp('g1', { attempts, journalId });
  await world.settled();
  return { decision: decisions[0]?.decision, state: await world.state(run.id) };
}

describe('a new link', () => {
  test.each([
    ['offered', 'absent', undefined, 'queued'],
    ['offered', 'accepted', 'end', 'queued'],
    ['starting', 'absent', undefined, 'queued'],
    ['starting', 'accepted', 'go-on', 'starting'],
    ['starting', 'downloading', 'go-on', 'starting'],
    ['starting', 'running', 'go-on', 'running'],
    ['starting', 'ended', 'forget', 'succeeded'],
    ['running', 'running', 'go-on', 'running'],
    ['running', 'ending', 'go-on', 'running'],
    ['running', 'ended', 'forget', 'succeeded'],
    ['running', 'absent', undefined, 'uncertain'],
    ['cancelling', 'running', 'cancel', 'cancelling'],
    ['cancelling', 'ended', 'forget', 'succeeded'],
    ['cancelling', 'absent', undefined, 'uncertain'],
  ] as const)('with a run that is %s here and %s there', async (state, says, decision, end) => {
    expect(await reconciled(state, says)).toEqual({ decision, state: end });
  });

  test.each([
    ['starting', 'absent', undefined, 'uncertain'],
    ['starting', 'accepted', 'end', 'uncertain'],
    ['starting', 'running', 'go-on', 'running'],
    ['running', 'absent', undefined, 'uncertain'],
  ] as const)('with another journal and a run that is %s here and %s there', async (state, says, decision, end) => {
    expect(await reconciled(state, says, 'another-journal')).toEqual({ decision, state: end });
  });

  test('ends work of lower attempts, of runs that nobody knows, and of other gateways', async () => {
    const run = await world.submit();
    await world.settled();
    const because = { code: 'declined', kind: 'decline', message: 'No.', remedy: '' };
    await world.say(link, { type: 'decline', runId: run.id, attempt: 1, because, factsVersion: 0 });
    await world.settled();
    await world.start(link, run);
    const { decisions } = await world.linkUp('g1', {
      attempts: [report(run.id, 1, 'running'), report('nobody-knows', 4, 'running'), report(run.id, 2, 'running')],
    });
    expect(decisions).toEqual(
      expect.arrayContaining([
        { runId: run.id, attempt: 1, decision: 'end' },
        { runId: 'nobody-knows', attempt: 4, decision: 'end' },
        { runId: run.id, attempt: 2, decision: 'go-on' },
      ]),
    );
  });
});

test('an uncertain run keeps its account and slot until its gateway reports; the late report is kept beside it', async () => {
  const run = await world.submit();
  const attempt = await world.start(link, run);
  const of = { runId: run.id as never, attempt, gatewayId: 'g1' as never };
  await world.stores.store.lose(of, { code: 'OutcomeUncertain', message: 'Nobody knows.' }, { holdsMachine: true });
  const next = await world.submit();
  await world.settled();
  expect(value(await world.runs.get(alice, next.id))).toMatchObject({
    state: 'queued',
    because: { code: 'user-busy' },
  });
  expect(await world.say(link, succeeded(run.id, attempt))).toEqual([{ type: 'resultAck', runId: run.id, attempt }]);
  await world.settled();
  expect(await world.state(run.id)).toBe('uncertain');
  expect((await world.stores.runs.events(run.id)).at(-1)).toMatchObject({ event: 'late-report' });
  expect(await world.state(next.id)).toBe('offered');
});

test('an uncertain run that its gateway gives back unstarted frees its account and slot; found with the simulator', async () => {
  const run = await world.submit();
  const attempt = await world.start(link, run, 'acquired');
  const of = { runId: run.id as never, attempt, gatewayId: 'g1' as never };
  await world.stores.store.lose(of, { code: 'OutcomeUncertain', message: 'Nobody knows.' }, { holdsMachine: true });
  const next = await world.submit();
  await world.say(link, { type: 'release', runId: run.id, attempt, because: 'The journal cannot be written.' });
  await world.settled();
  expect(await world.state(run.id)).toBe('uncertain');
  expect(await world.state(next.id)).toBe('offered');
});

describe('link numbers', () => {
  test('an older one is a copy or a rolled-back machine: it is quarantined and offered nothing more', async () => {
    await world.linkUp('g1');
    const identity = value(await world.link.identify('g1'));
    expect(await world.link.connect(identity, 1)).toMatchObject({ ok: false, code: 'link-quarantined' });
    expect(await world.link.identify('g1')).toMatchObject({ ok: false, code: 'link-quarantined' });
    const run = await world.submit();
    expect(value(await world.runs.explain(alice, run.id))).toMatchObject({ because: { code: 'gateway-quarantined' } });
  });

  test('the pending one is as good as the confirmed one, when the confirmation was lost on its way', async () => {
    const identity = value(await world.link.identify('g1'));
    const welcome = value(await world.link.connect(identity, identity.numbers.confirmed));
    const again = value(await world.link.identify('g1'));
    expect(await world.link.connect(again, welcome.linkNumber)).toMatchObject({
      ok: true,
      value: { linkNumber: welcome.linkNumber + 1 },
    });
  });

  test('the end of an older link does not close the newer one', async () => {
    const newer = await world.linkUp('g1');
    await world.link.disconnected(link);
    expect((await world.stores.store.identity('g1'))?.isLinked).toBe(true);
    await world.link.disconnected(newer);
    expect((await world.stores.store.identity('g1'))?.isLinked).toBe(false);
  });
});
