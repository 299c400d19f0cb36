import type { GatewayId, RunId } from '@deskhand/domain/brand.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { alice, createRunWorld, FLOW, type RunWorld, succeeded, value } from '../../testing/run-world.ts';
import { refuse } from '../../ports/outcome.ts';

let world: RunWorld;
beforeEach(async () => {
  world = await createRunWorld();
});
afterEach(() => world.close());
const body = { flowId: FLOW, connectionId: 'to-user1', mode: 'unattended' } as const;

test('the same key and body answer with the same run, also when both come at once; another body is refused', async () => {
  const answers = await Promise.all([1, 2, 3, 4].map(() => world.runs.submit(alice, body, 'key-1')));
  const ids = answers.map((answer) => value(answer).id);
  expect(new Set(ids).size).toBe(1);
  expect(value(await world.runs.submit(alice, body, 'key-1')).id).toBe(ids[0]);
  expect(await world.runs.submit(alice, { ...body, priority: 'high' }, 'key-1')).toMatchObject({
    ok: false,
    code: 'idempotency-key-reused',
  });
  expect(value(await world.runs.list(alice, {})).items).toHaveLength(1);
});

test('inputs are checked against the version that will run, and stored under their declared names', async () => {
  const parameter = {
    friendlyName: '',
    description: '',
    type: 'Text',
    sensitive: false,
    optional: false,
    default: null,
  };
  const inputs = [
    { ...parameter, name: 'Customer' },
    { ...parameter, name: 'Pin', sensitive: true, optional: true },
  ];
  await world.database.pool.query('update desktop_flow_version set inputs = $1', [JSON.stringify(inputs)]);
  expect(await world.runs.submit(alice, body)).toMatchObject({
    ok: false,
    code: 'missing-input',
    values: { name: 'Customer' },
  });
  expect(await world.runs.submit(alice, { ...body, inputs: { Customer: 'x', Other: 1 } })).toMatchObject({
    ok: false,
    code: 'unknown-input',
  });
  expect(await world.runs.submit(alice, { ...body, inputs: { Customer: 'x', Pin: 'plain' } })).toMatchObject({
    ok: false,
    code: 'invalid-request',
  });
  const run = value(await world.runs.submit(alice, { ...body, inputs: { customer: 'x', Pin: { sealed: 'abc' } } }));
  expect(run.inputs).toEqual({ Customer: 'x', Pin: { sealed: true } });
  expect((await world.stores.runs.byId(run.id))?.inputs).toEqual({ Customer: 'x', Pin: { sealed: 'abc' } });
});

test('flows and connections of others do not exist, whoever asks', async () => {
  const bob = { ...alice, id: 'bob' as typeof alice.id, roles: ['admin'] as const };
  expect(await world.runs.submit({ ...bob, roles: ['maker'] }, body)).toMatchObject({
    ok: false,
    code: 'not-found',
    values: { what: 'desktop flow' },
  });
  expect(await world.runs.submit(bob, body)).toMatchObject({
    ok: false,
    code: 'not-found',
    values: { what: 'connection' },
  });
  const run = await world.submit();
  expect(await world.runs.get({ ...bob, roles: ['maker'] }, run.id)).toMatchObject({ ok: false, code: 'not-found' });
  expect(value(await world.runs.list({ ...bob, roles: ['maker'] }, {})).items).toEqual([]);
});

test('a full queue and accounts that do not belong together are refused', async () => {
  await world.close();
  world = await createRunWorld({ ports: { runsPerQueueMax: 2 } });
  await world.submit();
  await world.submit();
  expect(await world.runs.submit(alice, body)).toMatchObject({ ok: false, code: 'queue-full' });
  await world.close();
  world = await createRunWorld({ ports: { accountRule: () => refuse('AccountMismatch', { detail: 'all three' }) } });
  expect(await world.runs.submit(alice, body)).toMatchObject({ ok: false, code: 'AccountMismatch' });
});

test('a list goes on page by page, newest first, and takes filters', async () => {
  const runs = [await world.submit(), await world.submit({ user: 'user2' }), await world.submit()];
  const first = value(await world.runs.list(alice, { limit: 2 }));
  expect(first.items.map((run) => run.id)).toEqual([runs[2]?.id, runs[1]?.id]);
  const second = value(await world.runs.list(alice, { limit: 2, cursor: first.nextCursor ?? '' }));
  expect(second).toMatchObject({ items: [{ id: runs[0]?.id, position: 1 }], nextCursor: null });
  expect(
    value(await world.runs.list(alice, { connection: 'to-user2', state: 'queued,offered', search: 'flo' })).items,
  ).toHaveLength(1);
  expect(value(await world.runs.list(alice, { search: '100%' })).items).toEqual([]);
  expect(await world.runs.list(alice, { state: 'sleeping' })).toMatchObject({ ok: false, code: 'invalid-request' });
});

test('resubmit makes a linked run with the current version by default, and asks first while an outcome is uncertain', async () => {
  const link = await world.linkUp('g1');
  const run = await world.submit();
  expect(await world.runs.resubmit(alice, run.id, {})).toMatchObject({ ok: false, code: 'run-not-finished' });
  const attempt = await world.start(link, run);
  await world.say(link, succeeded(run.id, attempt));
  await world.database.pool.query(
    `insert into desktop_flow_version select flow_id, 2, script, inputs, outputs, 0, saved_by from desktop_flow_version`,
  );
  await world.database.pool.query('update desktop_flow set version = 2');
  expect(value(await world.runs.resubmit(alice, run.id, {}))).toMatchObject({
    resubmitOf: run.id,
    flow: { version: 2 },
  });
  expect(value(await world.runs.resubmit(alice, run.id, { version: 'original' }))).toMatchObject({
    flow: { version: 1 },
  });
  const lost = await world.submit({ user: 'user2' });
  const of = { runId: lost.id as RunId, attempt: await world.start(link, lost), gatewayId: 'g1' as GatewayId };
  await world.stores.store.lose(of, { code: 'OutcomeUncertain', message: 'Nobody knows.' }, { holdsMachine: true });
  expect(await world.runs.resubmit(alice, lost.id, {})).toMatchObject({
    ok: false,
    code: 'uncertain-needs-confirmation',
  });
  expect(await world.runs.resubmit(alice, lost.id, { acceptUncertain: true })).toMatchObject({ ok: true });
});

test('a submission is judged by what flow, connection and cluster are at its commit, however often it came before', async () => {
  value(await world.runs.submit(alice, body));
  const change = (text: string) => world.database.pool.query(text);
  await change(`update connection set owner_id = null`);
  expect(await world.runs.submit(alice, body)).toMatchObject({ ok: false, values: { what: 'connection' } });
  await change(`update connection set owner_id = 'alice'`);
  value(await world.runs.submit(alice, body));
  await change(`insert into desktop_flow_version (flow_id, version, script, inputs, outputs, problems, saved_by)
    values ('flow', 2, 'WAIT 2', '[]', '[]', 0, 'alice')`);
  await change(`update desktop_flow set version = 2`);
  expect(value(await world.runs.submit(alice, body)).flow.version).toBe(2);
  await change(`update gateway_cluster set start_deadline_ms = 60000`);
  const run = value(await world.runs.submit(alice, body));
  expect(Date.parse(run.startDeadlineAt) - Date.parse(run.requestedAt)).toBe(60_000);
});

test('a refusal is never given from memory', async () => {
  await world.database.pool.query(`update desktop_flow_version set problems = 1`);
  expect(await world.runs.submit(alice, body)).toMatchObject({ code: 'flow-not-parsable' });
  await world.database.pool.query(`update desktop_flow_version set problems = 0`);
  value(await world.runs.submit(alice, body));
});
