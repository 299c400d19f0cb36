import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createHttpWorld, type HttpWorld, type Person, problemOf } from '../../testing/http-world.ts';

let world: HttpWorld;
const people: Record<string, Person> = {};
let things: { cluster: string; flow: string; connection: string; run: string; token: string };

beforeAll(async () => {
  world = await createHttpWorld();
  people.admin = await world.person('admin', ['admin']);
  people.operator = await world.person('operator', ['operator']);
  people.viewer = await world.person('viewer', ['viewer']);
  for (const name of ['owner', 'coOwner', 'user', 'stranger']) {
    people[name] = await world.person(name, ['maker'], { osAccounts: ['alice'] });
  }
});
afterAll(async () => {
  await world.end();
});

const by = (name: string): Person => people[name] as Person;
const status = async (as: string, method: string, path: string, body?: unknown): Promise<number> =>
  (await world.ask(method, path, { as: by(as), ...(body === undefined ? {} : { body }) })).statusCode;
async function made(
  as: string,
  path: string,
  body: object,
): Promise<{ readonly id: string; readonly apiToken?: { readonly id: string } }> {
  const answer = await world.ask('POST', path, { as: by(as), body });
  expect([path, answer.statusCode, answer.payload]).toEqual([path, 201, answer.payload]);
  return answer.json();
}

let round = 0;
/** A flow, a connection, a queued run and a token of the owner, on a cluster of the owner. */
beforeEach(async () => {
  round += 1;
  const { id: cluster } = await made('admin', '/gateway-clusters', { name: `Cluster ${round}` });
  await world.database.pool.query('update gateway_cluster set owner_id = $1, shared_with = $2 where id = $3', [
    by('owner').id,
    [by('coOwner').id, by('user').id, by('stranger').id],
    cluster,
  ]);
  const { id: flow } = await made('owner', '/desktop-flows', { name: `Flow ${round}`, script: 'WAIT 1' });
  const { id: connection } = await made('owner', '/connections', {
    name: `To alice ${round}`,
    clusterId: cluster,
    accountName: 'alice',
  });
  const { id: run } = await made('owner', '/runs', { flowId: flow, connectionId: connection, mode: 'attended' });
  const { apiToken } = await made('owner', '/api-tokens', { name: 'mine' });
  things = { cluster, flow, connection, run, token: apiToken?.id ?? '' };
});

const share = () =>
  status('owner', 'PUT', `/desktop-flows/${things.flow}/shares`, {
    coOwners: [by('coOwner').id],
    users: [by('user').id],
  });

test('Home lists the runs that wait longest first, and none of those that came last where there are too many', async () => {
  const submit = async () =>
    (await made('owner', '/runs', { flowId: things.flow, connectionId: things.connection, mode: 'attended' })).id;
  await world.database.pool.query(`update run set state = 'cancelled', ended_at = now() where id <> $1`, [things.run]);
  const waiting = [things.run];
  for (let more = 0; more < 9; more += 1) waiting.push(await submit());
  const { json } = await world.ask('GET', '/home', { as: by('owner') });
  const home: { readonly waiting: number; readonly waitingRuns: readonly { readonly id: string }[] } = json();
  expect([home.waiting, home.waitingRuns.map(({ id }) => id)]).toEqual([10, waiting.slice(0, 8)]);
});

describe('what is not shared does not exist for another maker', () => {
  test.each([
    ['GET', '/desktop-flows/{flow}'],
    ['GET', '/desktop-flows/{flow}/script'],
    ['GET', '/desktop-flows/{flow}/versions'],
    ['PATCH', '/desktop-flows/{flow}', { name: 'Mine now' }],
    ['PUT', '/desktop-flows/{flow}/script', { script: 'WAIT 2', baseVersion: 1 }],
    ['PUT', '/desktop-flows/{flow}/shares', { coOwners: [], users: [] }],
    ['DELETE', '/desktop-flows/{flow}'],
    ['GET', '/connections/{connection}'],
    ['PATCH', '/connections/{connection}', { name: 'Mine now' }],
    ['PUT', '/connections/{connection}/password', { sealed: 'x', clusterPublicKey: 'y', passwordVersion: 1 }],
    ['PUT', '/connections/{connection}/shares', { accounts: [] }],
    ['DELETE', '/connections/{connection}'],
    ['GET', '/runs/{run}'],
    ['GET', '/runs/{run}/log'],
    ['GET', '/runs/{run}/events'],
    ['GET', '/runs/{run}/screenshots'],
    ['GET', '/runs/{run}/screenshots/1'],
    ['GET', '/runs/{run}/explain'],
    ['POST', '/runs/{run}/cancel', {}],
    ['POST', '/runs/{run}/resubmit', {}],
    ['POST', '/runs/{run}/undo-move', {}],
    ['PUT', '/runs/{run}/priority', { priority: 'high' }],
    ['DELETE', '/api-tokens/{token}'],
  ])('%s %s', async (method, path, body?: unknown) => {
    const address = path.replace(/\{(\w+)\}/, (_, name: string) => things[name as keyof typeof things]);
    const before = await world.auditRows();
    expect(await status('stranger', method, address, body)).toBe(404);
    expect(await world.auditRows()).toHaveLength(before.length);
  });

  test('nor does it stand in any list', async () => {
    for (const path of ['/desktop-flows', '/connections', '/runs', '/home', '/api-tokens']) {
      const { payload } = await world.ask('GET', path, { as: by('stranger') });
      for (const id of [things.flow, things.connection, things.run, things.token])
        expect([path, payload.includes(id)]).toEqual([path, false]);
    }
  });

  test('and it cannot be submitted', async () => {
    const { flow: flowId, connection: connectionId } = things;
    const body = { flowId, connectionId, mode: 'attended' };
    expect(await status('stranger', 'POST', '/runs', body)).toBe(404);
    const own = (await made('stranger', '/desktop-flows', { name: `Own ${round}`, script: 'WAIT 1' })).id;
    expect(await status('stranger', 'POST', '/runs', { ...body, flowId: own })).toBe(404);
    await share();
    expect(await status('user', 'POST', '/runs', body)).toBe(404);
    await status('owner', 'PUT', `/connections/${things.connection}/shares`, { accounts: [by('user').id] });
    expect(await status('user', 'POST', '/runs', body)).toBe(201);
  });
});

describe('sharing a desktop flow', () => {
  test('a user reads and runs it, and changes nothing', async () => {
    await share();
    const flow = `/desktop-flows/${things.flow}`;
    expect(await status('user', 'GET', flow)).toBe(200);
    expect(await status('user', 'GET', `${flow}/script`)).toBe(200);
    expect(await status('user', 'PATCH', flow, { name: 'x' })).toBe(403);
    expect(await status('user', 'PUT', `${flow}/script`, { script: 'WAIT 2', baseVersion: 1 })).toBe(403);
    expect(await status('user', 'PUT', `${flow}/shares`, { coOwners: [by('user').id], users: [] })).toBe(403);
    expect(await status('user', 'DELETE', flow)).toBe(403);
    // The runs of others stay theirs.
    expect(await status('user', 'GET', `/runs/${things.run}`)).toBe(404);
  });

  test('a co-owner edits and shares it and sees its runs', async () => {
    await share();
    const flow = `/desktop-flows/${things.flow}`;
    expect(await status('coOwner', 'PUT', `${flow}/script`, { script: 'WAIT 2', baseVersion: 1 })).toBe(200);
    expect(await status('coOwner', 'GET', `/runs/${things.run}`)).toBe(200);
    expect(await status('coOwner', 'POST', `/runs/${things.run}/cancel`, {})).toBe(202);
    expect(await status('coOwner', 'PUT', `${flow}/shares`, { coOwners: [by('coOwner').id], users: [] })).toBe(200);
    expect(await status('user', 'GET', flow)).toBe(404);
  });

  test('the reply tells who has access, so that saving one list again loses nobody', async () => {
    await share();
    const flow = await world.ask('GET', `/desktop-flows/${things.flow}`, { as: by('owner') });
    expect(flow.json()).toMatchObject({ coOwners: [by('coOwner').id], users: [by('user').id] });
    const { coOwners, users } = flow.json<{ coOwners: string[]; users: string[] }>();
    const body = { coOwners, users };
    const again = await world.ask('PUT', `/desktop-flows/${things.flow}/shares`, { as: by('owner'), body });
    expect(again.json()).toMatchObject({ coOwners: [by('coOwner').id], users: [by('user').id] });
  });

  test('only accounts that exist can be shared with', async () => {
    const flow = `/desktop-flows/${things.flow}/shares`;
    expect(await status('owner', 'PUT', flow, { coOwners: ['nobody'], users: [] })).toBe(404);
    expect(await status('owner', 'PUT', `/connections/${things.connection}/shares`, { accounts: ['nobody'] })).toBe(
      404,
    );
  });
});

test('whom a connection is shared with may use it and not change it', async () => {
  const connection = `/connections/${things.connection}`;
  expect(await status('owner', 'PUT', `${connection}/shares`, { accounts: [by('user').id] })).toBe(200);
  expect(await status('user', 'GET', connection)).toBe(200);
  expect(await status('user', 'PATCH', connection, { name: 'x' })).toBe(403);
  expect(await status('user', 'PUT', `${connection}/shares`, { accounts: [] })).toBe(403);
  const password = { sealed: 'x', clusterPublicKey: 'y', passwordVersion: 1 };
  expect(await status('user', 'PUT', `${connection}/password`, password)).toBe(403);
  expect(await status('user', 'DELETE', connection)).toBe(403);
});

test('operators see and cancel every run, and edit no flow and no connection', async () => {
  expect(await status('operator', 'GET', `/runs/${things.run}`)).toBe(200);
  expect(await status('operator', 'GET', `/desktop-flows/${things.flow}`)).toBe(200);
  expect(await status('operator', 'PATCH', `/desktop-flows/${things.flow}`, { name: 'x' })).toBe(403);
  expect(await status('operator', 'GET', `/connections/${things.connection}`)).toBe(404);
  expect(await status('operator', 'POST', `/runs/${things.run}/cancel`, {})).toBe(202);
});

describe('the order of a run queue (product-reference §2.1)', () => {
  const move = (as: string, run = things.run) =>
    status(as, 'POST', `/gateway-clusters/${things.cluster}/run-queue/move-to-top`, { runs: [run] });
  const priority = (as: string, run: string) => status(as, 'PUT', `/runs/${run}/priority`, { priority: 'high' });
  const undo = (as: string, run: string) => status(as, 'POST', `/runs/${run}/undo-move`, {});
  const undoMany = (as: string, run: string) =>
    status(as, 'POST', `/gateway-clusters/${things.cluster}/run-queue/undo-move`, { runs: [run] });

  /** A run of the user, on the owner's cluster, of the owner's flow. */
  async function runOfUser(): Promise<string> {
    await share();
    await status('owner', 'PUT', `/connections/${things.connection}/shares`, { accounts: [by('user').id] });
    const { flow: flowId, connection: connectionId } = things;
    return (await made('user', '/runs', { flowId, connectionId, mode: 'attended' })).id;
  }

  test('admins, operators and the owner of the cluster move to the top and back', async () => {
    const run = await runOfUser();
    for (const name of ['admin', 'operator', 'owner']) {
      expect([name, await move(name, run)]).toEqual([name, 200]);
      expect([name, await undo(name, run)]).toEqual([name, 200]);
      expect([name, await move(name, run)]).toEqual([name, 200]);
      expect([name, await undoMany(name, run)]).toEqual([name, 200]);
      expect([name, await undoMany(name, run)]).toEqual([name, 409]);
    }
  });

  test('whoever submitted a run changes its priority and does not jump the queue with it', async () => {
    const run = await runOfUser();
    expect(await priority('user', run)).toBe(200);
    expect(await move('user', run)).toBe(403);
    expect(await move('owner', run)).toBe(200);
    expect(await undo('user', run)).toBe(403);
    expect(await undoMany('user', run)).toBe(403);
  });

  test('the queue tells who may order it, so that the portal offers no more', async () => {
    for (const [name, may] of [
      ['admin', true],
      ['operator', true],
      ['owner', true],
      ['user', false],
      ['viewer', false],
    ] as const) {
      const queue = await world.ask('GET', `/gateway-clusters/${things.cluster}/run-queue`, { as: by(name) });
      expect([name, queue.json<{ maySteer: boolean }>().maySteer]).toEqual([name, may]);
    }
  });

  test('the queue tells how much of the pool of add-ons is held, and nothing while it is unlimited', async () => {
    const addOns = async (): Promise<unknown> => {
      const queue = await world.ask('GET', `/gateway-clusters/${things.cluster}/run-queue`, { as: by('viewer') });
      return queue.json<{ addOns: unknown }>().addOns;
    };
    expect(await addOns()).toBeNull();
    expect(await status('admin', 'PATCH', '/settings', { unattendedAddOns: 3 })).toBe(200);
    expect(await addOns()).toEqual({ inUse: 0, all: 3 });
    expect(await status('admin', 'PATCH', '/settings', { unattendedAddOns: null })).toBe(200);
  });

  test('a co-owner of the flow sees the run and leaves its place alone', async () => {
    const run = await runOfUser();
    expect(await priority('coOwner', run)).toBe(403);
    expect(await move('coOwner', run)).toBe(403);
    expect(await priority('stranger', run)).toBe(404);
    expect(await move('viewer', run)).toBe(403);
  });

  test('the owner of the cluster orders runs without seeing their values', async () => {
    await world.database.pool.query('update gateway_cluster set owner_id = $1 where id = $2', [
      by('stranger').id,
      things.cluster,
    ]);
    await world.database.pool.query(`update run set inputs = '{"Secret": "canary"}' where id = $1`, [things.run]);
    const body = { priority: 'high' };
    const answer = await world.ask('PUT', `/runs/${things.run}/priority`, { as: by('stranger'), body });
    expect(answer.statusCode).toBe(200);
    expect(answer.payload).not.toContain('canary');
    expect(await move('stranger')).toBe(200);
    const queue = await world.ask('GET', `/gateway-clusters/${things.cluster}/run-queue`, { as: by('stranger') });
    expect(queue.payload).toContain(things.run);
    expect(queue.payload).not.toContain('canary');
    expect(await status('stranger', 'GET', `/runs/${things.run}`)).toBe(404);
  });

  test('a run of another cluster is not moved, and an unknown cluster is not found', async () => {
    const { id: other } = await made('admin', '/gateway-clusters', { name: `Other ${round}` });
    const body = { runs: [things.run] };
    expect(await status('admin', 'POST', `/gateway-clusters/${other}/run-queue/move-to-top`, body)).toBe(409);
    expect(await status('admin', 'POST', '/gateway-clusters/none/run-queue/move-to-top', body)).toBe(404);
    expect(await status('admin', 'POST', `/gateway-clusters/${other}/run-queue/undo-move`, body)).toBe(409);
    expect(await status('admin', 'POST', '/gateway-clusters/none/run-queue/undo-move', body)).toBe(404);
  });
});

test('nobody makes themselves more than they are', async () => {
  const me = by('owner').id;
  expect(await status('owner', 'PATCH', `/accounts/${me}`, { roles: ['admin'] })).toBe(403);
  const flow = { name: 'Theirs', script: 'WAIT 1' };
  expect(await status('owner', 'POST', '/desktop-flows', { ...flow, owner: { id: by('user').id, name: 'x' } })).toBe(
    400,
  );
  const answer = await world.ask('POST', '/runs', {
    as: by('owner'),
    body: { flowId: things.flow, connectionId: things.connection, mode: 'attended', submittedBy: by('user').id },
  });
  expect(problemOf(answer).code).toBe('invalid-request');
});
