import type { Route } from '@deskhand/protocol/http/route.ts';
import { routes } from '@deskhand/protocol/http/routes.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpWorld, type HttpWorld, type Person, problemOf } from '../../testing/http-world.ts';

let world: HttpWorld;
let admin: Person;
let places: Record<string, string>;

beforeAll(async () => {
  world = await createHttpWorld();
  admin = await world.person('admin', ['admin'], { osAccounts: ['alice'] });
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await world.ask('POST', path, { as: admin, body });
    expect(answer.statusCode).toBe(201);
    return answer.json<{ id: string }>().id;
  };
  const cluster = await made('/gateway-clusters', { name: 'Cluster' });
  const connection = await made('/connections', { name: 'To alice', clusterId: cluster, accountName: 'alice' });
  const flow = await made('/desktop-flows', { name: 'Flow', script: 'WAIT 1' });
  const run = await made('/runs', { flowId: flow, connectionId: connection, mode: 'attended' });
  // An account of its own, because its password and sign-ins come to harm.
  const account = (await world.person('victim', ['viewer'])).id;
  await world.database.pool.query(
    `insert into gateway (id, cluster_id, name, public_key, session_host, version, member_order) values ('gate', $1, 'Gate', 'key', 'linux', '1', 0)`,
    [cluster],
  );
  places = {
    gateways: 'gate',
    'desktop-flows': flow,
    'gateway-clusters': cluster,
    connections: connection,
    runs: run,
    accounts: account,
  };
});
afterAll(async () => {
  await world.end();
});

const withBody = (Object.entries(routes) as [string, Route][]).filter(([, route]) => fieldsOf(route.body).length > 0);
const withoutBody = (Object.entries(routes) as [string, Route][]).filter(
  ([id, route]) => route.method === 'POST' && fieldsOf(route.body).length === 0 && id !== 'signOut',
);

function fieldsOf(schema: unknown): string[] {
  return Object.keys((schema as { properties?: object }).properties ?? {});
}

/** The address of a thing that exists, where there is one. */
function addressOf(route: Route): string {
  const [, kind = ''] = route.path.split('/');
  return route.path.replace('{id}', places[kind] ?? 'none').replace('{number}', '1');
}

/** A body that fits the schema, one field changed at a time in the tests below. */
function fitting(schema: unknown): Record<string, unknown> {
  const { properties = {} } = schema as { properties?: Record<string, Record<string, unknown>> };
  return Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, valueFor(name, field)]));
}

function valueFor(name: string, field: Record<string, unknown>): unknown {
  if (name === 'email') return 'somebody@corp.example';
  if (name === 'clusterPublicKey') return 'A'.repeat(43);
  if (name === 'publicKey') return 'A'.repeat(43);
  if (name === 'clusterId') return places['gateway-clusters'];
  if (name === 'flowId') return places['desktop-flows'];
  if (name === 'connectionId') return places.connections;
  if (field.anyOf) return valueFor('', (field.anyOf as Record<string, unknown>[])[0] ?? {});
  if (field.enum) return (field.enum as unknown[])[0];
  if (field.format === 'date-time') return '2030-01-01T00:00:00Z';
  if (field.type === 'string') return 'a text long enough for all';
  if (field.type === 'integer') return Math.max(1, Number(field.minimum ?? 1));
  if (field.type === 'boolean') return true;
  if (field.type === 'array') return field.minItems ? [places.runs] : [];
  return name === 'tryConnection' ? { accountName: 'alice', sealed: null } : {};
}

const send = (route: Route, body: unknown, headers: Record<string, string> = {}) =>
  world.ask(route.method, addressOf(route), {
    as: admin,
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
    // Public routes slow guessing down by address, which is not what is tried here.
    remoteAddress: `10.0.${Math.floor(Math.random() * 250)}.${Math.floor(Math.random() * 250)}`,
  });

const hostile: readonly unknown[] = [
  null,
  true,
  -1,
  1e300,
  1.5,
  '',
  '\0',
  'a\0b',
  '\ud800',
  'x'.repeat(100_000),
  "'; drop table account; --",
  '../../etc/passwd',
  '__proto__',
  '2026-12-31T23:59:60Z',
  '0000-01-01T00:00:00Z',
  [],
  [null],
  ['a\0b'],
  [['deep']],
  {},
  { toString: 1 },
  { constructor: { prototype: {} } },
];

describe.each(withBody)('%s', (_id, route) => {
  test('refuses a field that nobody declared', async () => {
    for (const extra of ['id', 'ownerId', 'owner', 'roles2', 'isAdmin', 'createdAt', 'sealed_password']) {
      const answer = await send(route, { ...fitting(route.body), [extra]: 'admin' });
      expect([extra, answer.statusCode]).toEqual([extra, 400]);
      expect(problemOf(answer).code).toBe('invalid-request');
    }
  });

  test('answers hostile values in any field without a fault', async () => {
    for (const field of fieldsOf(route.body))
      for (const value of hostile) {
        const answer = await send(route, { ...fitting(route.body), [field]: value });
        expect([field, value, answer.statusCode, answer.statusCode >= 500 ? answer.payload : '']).toEqual([
          field,
          value,
          expect.toSatisfy((status: number) => status < 500),
          '',
        ]);
      }
  });

  test('refuses NUL characters, halves of surrogate pairs and deep nesting by name', async () => {
    for (const value of ['a\0b', '\ud800', JSON.parse('['.repeat(500) + ']'.repeat(500)) as unknown]) {
      const answer = await send(route, { ...fitting(route.body), [fieldsOf(route.body)[0] as string]: value });
      expect([value, problemOf(answer).code]).toEqual([value, 'invalid-request']);
    }
  });

  test('refuses what is not JSON', async () => {
    const broken = ['{', '', 'null', '[]', '"text"', '5', '{"a":1,}', '['.repeat(100_000), '{"__proto__": {"x": 1}}'];
    for (const text of [...broken, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])]) {
      const answer = await send(route, text);
      expect([String(text).slice(0, 30), answer.statusCode]).toEqual([String(text).slice(0, 30), 400]);
      expect(problemOf(answer).code).toBe('invalid-request');
    }
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data', 'application/x-www-form-urlencoded'])
      expect(problemOf(await send(route, 'a=b', { 'content-type': type })).code).toBe('invalid-request');
  });

  test('meets no fault whatever JSON comes', async () => {
    const anyField = fc.constantFrom(...fieldsOf(route.body));
    const body = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(anyField, fc.jsonValue()),
      fc.tuple(anyField, fc.jsonValue()).map(([field, value]) => ({ ...fitting(route.body), [field]: value })),
    );
    await fc.assert(
      fc.asyncProperty(body, async (value) => {
        const answer = await send(route, JSON.stringify(value));
        expect(answer.statusCode, answer.payload).toBeLessThan(500);
      }),
      { numRuns: 40 },
    );
  });
});

test.each(withoutBody)('%s takes no fields at all', async (_id, route) => {
  const answer = await send(route, { ownerId: 'me' });
  expect(problemOf(answer).code).toBe('invalid-request');
  expect(problemOf(await send(route, [1])).code).toBe('invalid-request');
  expect((await send(route, {})).statusCode).not.toBe(400);
});

test('a body larger than the limit is refused with the limit named', async () => {
  const answer = await send(routes.checkScript, { script: 'x'.repeat(limits.REQUEST_BYTES_MAX) });
  expect(answer.statusCode).toBe(413);
  expect(problemOf(answer)).toMatchObject({ code: 'too-large' });
  expect(problemOf(answer).detail).toContain(String(limits.REQUEST_BYTES_MAX));
  const script = await send(routes.checkScript, { script: 'x'.repeat(limits.SCRIPT_BYTES_MAX + 1) });
  expect(problemOf(script).detail).toContain(String(limits.SCRIPT_BYTES_MAX));
});

test('a stranger’s body is not even read', async () => {
  const payload = JSON.stringify({ script: 'x'.repeat(limits.REQUEST_BYTES_MAX) });
  const answer = await world.ask('POST', '/desktop-flows/check', {
    payload,
    headers: { 'content-type': 'application/json' },
  });
  expect(answer.statusCode).toBe(401);
});

const reads = (Object.entries(routes) as [string, Route][]).filter(
  ([id, route]) => route.method === 'GET' && id !== 'events',
);

test.each(reads)('%s answers hostile addresses and queries without a fault', async (_id, route) => {
  const ids = ['none', '%00', 'a%00b', '..%2f..%2fetc', '%ff', '%', 'x'.repeat(500), "'--", '-1', '1e9', '99999999999'];
  if (route.path.includes('{'))
    for (const bad of ids) {
      const path = route.path.replace('{id}', bad).replace('{number}', bad);
      const answer = await world.ask('GET', path, { as: admin });
      expect([path, answer.statusCode]).toEqual([path, expect.toSatisfy((s: number) => s >= 400 && s < 500)]);
      problemOf(answer);
    }
  const values = [
    '',
    '%00',
    '-1',
    '0',
    '1.5',
    '1e300',
    '99999999999999',
    'null',
    '%ff',
    'x'.repeat(5000),
    '2026-02-30T00:00:00Z',
    '2026-12-31T23:59:60Z',
    '0000-01-01T00:00:00Z',
  ];
  for (const field of [...fieldsOf(route.query), 'unknown'])
    for (const value of values) {
      const path = `${addressOf(route)}?${field}=${value}`;
      const answer = await world.ask('GET', path, { as: admin });
      expect([path, answer.statusCode, answer.statusCode >= 500 ? answer.payload : '']).toEqual([
        path,
        expect.toSatisfy((status: number) => status < 500),
        '',
      ]);
    }
  expect(problemOf(await world.ask('GET', `${addressOf(route)}?unknown=1`, { as: admin })).code).toBe(
    'invalid-request',
  );
});

test('a key given twice in a query is refused', async () => {
  for (const query of ['limit=1&limit=2', 'state=queued&state=failed', 'search=a&search=b'])
    expect(problemOf(await world.ask('GET', `/runs?${query}`, { as: admin })).code).toBe('invalid-request');
});

test('a cursor that is not ours is refused', async () => {
  for (const path of ['/runs?cursor=abc', '/audit-log?cursor=abc', '/audit-log?cursor=-5', '/audit-log?cursor=1e99'])
    expect([path, problemOf(await world.ask('GET', path, { as: admin })).code]).toEqual([path, 'invalid-request']);
});

test('null means no limit, and a text is not taken for a number or a truth', async () => {
  const change = (body: object) => world.ask('PATCH', '/settings', { as: admin, body });
  expect((await change({ unattendedAddOns: null })).json()).toMatchObject({ unattendedAddOns: null });
  expect((await change({ runRetentionDays: '5' })).statusCode).toBe(400);
  const account = `/accounts/${places.accounts}`;
  expect((await world.ask('PATCH', account, { as: admin, body: { disabled: 'true' } })).statusCode).toBe(400);
  expect((await world.ask('PATCH', account, { as: admin, body: { disabled: null } })).statusCode).toBe(400);
});

test('an Idempotency-Key that is too long is refused, not cut', async () => {
  const body = { flowId: places['desktop-flows'], connectionId: places.connections, mode: 'attended' };
  const headers = { 'idempotency-key': 'k'.repeat(201) };
  expect(problemOf(await world.ask('POST', '/runs', { as: admin, body, headers })).code).toBe('invalid-request');
});

test('nothing above was written to the log as an unexpected fault', () => {
  expect(world.logged.filter((line) => line.includes('unexpected fault'))).toEqual([]);
});
