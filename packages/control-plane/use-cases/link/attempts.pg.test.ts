import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  alice,
  createRunWorld,
  linuxFacts,
  logLine,
  type RunWorld,
  succeeded,
  value,
} from '../../testing/run-world.ts';
import type { OpenLink } from './link-ports.ts';

let world: RunWorld;
let link: OpenLink;
beforeEach(async () => {
  world = await createRunWorld();
  link = await world.linkUp('g1');
});
afterEach(() => world.close());
const stale = (runId: string, attempt: number) => [{ type: 'stale', runId, attempt }];

describe('a run on a gateway', () => {
  test('goes through offered, starting and running to its end, each written with its event', async () => {
    const run = await world.submit();
    await world.settled();
    expect(world.offers()).toEqual([{ gatewayId: 'g1', runId: run.id, attempt: 1 }]);
    expect(await world.state(run.id)).toBe('offered');
    const attempt = await world.start(link, run, 'acquired');
    await world.say(link, { type: 'phase', runId: run.id, attempt, phase: 'downloading', sinceAcquireMs: 5 });
    expect(value(await world.runs.get(alice, run.id))).toMatchObject({
      display: 'Starting (downloading)',
      gateway: { id: 'g1' },
    });
    await world.say(link, { type: 'phase', runId: run.id, attempt, phase: 'running', sinceAcquireMs: 9 });
    expect(await world.say(link, succeeded(run.id, attempt))).toEqual([{ type: 'resultAck', runId: run.id, attempt }]);
    const ended = value(await world.runs.get(alice, run.id));
    expect(ended).toMatchObject({ state: 'succeeded', outputs: { Total: 3 }, waitedMs: expect.any(Number) as number });
    expect([ended.startedAt, ended.endedAt, ended.signedOutAt]).not.toContain(null);
    const { items } = value(await world.runs.events(alice, run.id));
    expect(items.map((item) => item.event)).toEqual(['submit', 'offer', 'acquire', 'download', 'start', 'succeed']);
  });

  test('gets the order once per attempt: a repeated acquire the same one, a foreign or late one none', async () => {
    const run = await world.submit();
    const attempt = await world.start(link, run, 'acquired');
    const acquire = { type: 'acquire', runId: run.id, attempt, journalId: link.journalId, factsVersion: 1 } as const;
    const [again] = await world.say(link, acquire);
    expect(again).toMatchObject({
      type: 'acquired',
      order: { runId: run.id, attempt, script: 'WAIT 1', policy: 'linux' },
    });
    expect(await world.say({ ...link, gatewayId: 'g2' }, acquire)).toEqual(stale(run.id, attempt));
    expect(await world.say(link, { ...acquire, attempt: attempt + 1 })).toEqual(stale(run.id, attempt + 1));
    await world.say(link, { type: 'phase', runId: run.id, attempt, phase: 'running', sinceAcquireMs: 1 });
    expect(await world.say(link, acquire)).toEqual(stale(run.id, attempt));
  });

  test('ends once: a repeated result is acknowledged and changes nothing, a later other one neither', async () => {
    const run = await world.submit();
    const attempt = await world.start(link, run);
    await world.say(link, succeeded(run.id, attempt));
    const ack = [{ type: 'resultAck', runId: run.id, attempt }];
    expect(await world.say(link, succeeded(run.id, attempt))).toEqual(ack);
    const other = succeeded(run.id, attempt);
    expect(await world.say(link, { ...other, result: { ...other.result, state: 'failed' } })).toEqual(ack);
    expect(await world.state(run.id)).toBe('succeeded');
    expect((await world.stores.runs.events(run.id)).filter((event) => event.event === 'succeed')).toHaveLength(1);
  });

  test('may end before its start was heard of', async () => {
    const run = await world.submit();
    const attempt = await world.start(link, run, 'acquired');
    await world.say(link, succeeded(run.id, attempt));
    expect(await world.state(run.id)).toBe('succeeded');
    await world.say(link, { type: 'phase', runId: run.id, attempt, phase: 'running', sinceAcquireMs: 1 });
    expect(await world.state(run.id)).toBe('succeeded');
  });

  test('takes no word of another gateway', async () => {
    const run = await world.submit();
    const attempt = await world.start(link, run);
    const other = { ...link, gatewayId: 'g2' };
    expect(await world.say(other, succeeded(run.id, attempt))).toEqual(stale(run.id, attempt));
    expect(await world.say(other, { type: 'log', runId: run.id, attempt, lines: [logLine(1)] })).toEqual(
      stale(run.id, attempt),
    );
    expect(await world.state(run.id)).toBe('running');
  });
});

describe('a decline', () => {
  test('puts the run back and stands as the answer until the facts change', async () => {
    const run = await world.submit();
    await world.settled();
    const because = { code: 'declined', kind: 'decline', message: 'Busy.', remedy: 'Wait.' };
    await world.say(link, { type: 'decline', runId: run.id, attempt: 1, because, factsVersion: 1 });
    await world.settled();
    expect(await world.state(run.id)).toBe('queued');
    expect(value(await world.runs.explain(alice, run.id))).toMatchObject({
      position: 1,
      because: { code: 'declined', message: 'Busy.' },
    });
    await world.say(link, { type: 'facts', facts: linuxFacts({ version: 2 }) });
    await world.settled();
    expect(world.offers().map((offer) => offer.attempt)).toEqual([1, 2]);
    expect(await world.say(link, { type: 'decline', runId: run.id, attempt: 1, because, factsVersion: 1 })).toEqual(
      stale(run.id, 1),
    );
  });
});

describe('a release', () => {
  test('gives back what was never started, by the journal that took it', async () => {
    const run = await world.submit();
    const attempt = await world.start(link, run, 'acquired');
    const release = { type: 'release', runId: run.id, attempt, because: 'The journal is full.' } as const;
    await world.say({ ...link, journalId: 'another' }, release);
    expect(await world.state(run.id)).toBe('starting');
    await world.say(link, release);
    expect(await world.state(run.id)).toBe('queued');
    expect(await world.say(link, release)).toEqual(stale(run.id, attempt));
  });

  test('is refused for a run that has begun', async () => {
    const run = await world.submit();
    const attempt = await world.start(link, run);
    await world.say(link, { type: 'release', runId: run.id, attempt, because: 'x' });
    expect(await world.state(run.id)).toBe('running');
  });
});

describe('the log', () => {
  test('is stored once however often lines come, and gaps are counted as lost', async () => {
    const run = await world.submit();
    const attempt = await world.start(link, run);
    const send = (...seqs: number[]) =>
      world.say(link, { type: 'log', runId: run.id, attempt, lines: seqs.map((seq) => logLine(seq)) });
    expect(await send(1, 2)).toEqual([{ type: 'logAck', runId: run.id, attempt, seq: 2 }]);
    expect(await send(1, 2, 3)).toEqual([{ type: 'logAck', runId: run.id, attempt, seq: 3 }]);
    expect(await send(6)).toEqual([{ type: 'logAck', runId: run.id, attempt, seq: 6 }]);
    const page = value(await world.runs.log(alice, run.id, {}));
    expect(page).toMatchObject({ total: 6, lost: 2, attempt });
    expect(page.lines.map((line) => line.seq)).toEqual([1, 2, 3, 6]);
  });

  test('counts what the runner had no room for as lost, beside all that arrived, before the result or after it', async () => {
    const run = await world.submit();
    const attempt = await world.start(link, run);
    const send = (...seqs: number[]) =>
      world.say(link, { type: 'log', runId: run.id, attempt, lines: seqs.map((seq) => logLine(seq)) });
    await send(1, 2);
    const said = succeeded(run.id, attempt);
    await world.say(link, { ...said, result: { ...said.result, lastLogSeq: 4, logLinesLost: 100 } });
    await send(3, 4);
    expect(value(await world.runs.get(alice, run.id))).toMatchObject({ logLines: 4, logLinesLost: 100 });
    expect(value(await world.runs.log(alice, run.id, {}))).toMatchObject({ total: 4, lost: 100 });
  });

  test('takes texts that the database could not store', async () => {
    const run = await world.submit();
    const attempt = await world.start(link, run);
    await world.say(link, { type: 'log', runId: run.id, attempt, lines: [logLine(1, 'a\0b\ud800c')] });
    expect(value(await world.runs.log(alice, run.id, { tail: 'yes' })).lines[0]?.message).toBe('a\uFFFDb\uFFFDc');
  });
});

test('a screenshot is kept when it is a picture, under its number once', async () => {
  const run = await world.submit();
  const attempt = await world.start(link, run);
  const picture = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('rest')]);
  const send = (number: number, png: Buffer) =>
    world.say(link, {
      type: 'screenshot',
      runId: run.id,
      attempt,
      number,
      caption: 'On failure',
      png: png.toString('base64'),
    });
  await send(1, picture);
  await send(1, Buffer.concat([picture, picture]));
  await send(2, Buffer.from('<script>'));
  expect(value(await world.runs.screenshots(alice, run.id)).items).toMatchObject([
    { number: 1, bytes: picture.length },
  ]);
  expect(value(await world.runs.screenshot(alice, run.id, 1))).toEqual(picture);
});

describe('a cancel', () => {
  test('of a queued run ends it, and it is never offered', async () => {
    const first = await world.submit();
    const second = await world.submit();
    await world.settled();
    expect(value(await world.runs.cancel(alice, second.id)).state).toBe('cancelled');
    const attempt = await world.start(link, first);
    await world.say(link, succeeded(first.id, attempt));
    await world.settled();
    expect(world.offers().map((offer) => offer.runId)).toEqual([first.id]);
    expect(await world.runs.cancel(alice, second.id)).toMatchObject({ ok: false, code: 'run-already-finished' });
  });

  test('of an offered run takes the offer back, and its acquire is stale', async () => {
    const run = await world.submit();
    await world.settled();
    await world.runs.cancel(alice, run.id);
    expect(world.sent.at(-1)).toMatchObject({ message: { type: 'withdraw', runId: run.id, attempt: 1 } });
    expect(
      await world.say(link, { type: 'acquire', runId: run.id, attempt: 1, journalId: link.journalId, factsVersion: 1 }),
    ).toEqual(stale(run.id, 1));
  });

  test('of a running run asks its gateway, and what the gateway reports is the end', async () => {
    const run = await world.submit();
    const attempt = await world.start(link, run);
    expect(value(await world.runs.cancel(alice, run.id)).state).toBe('cancelling');
    expect(world.sent.at(-1)).toMatchObject({ gatewayId: 'g1', message: { type: 'cancel', runId: run.id, attempt } });
    expect(value(await world.runs.cancel(alice, run.id)).state).toBe('cancelling');
    const end = succeeded(run.id, attempt);
    await world.say(link, { ...end, result: { ...end.result, state: 'cancelled' } });
    expect(await world.state(run.id)).toBe('cancelled');
  });
});
