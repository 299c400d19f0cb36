import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpWorld, type HttpWorld, type Person, problemOf } from '../../testing/http-world.ts';

let world: HttpWorld;
let admin: Person;
beforeAll(async () => {
  world = await createHttpWorld();
  admin = await world.person('admin', ['admin']);
});
afterAll(async () => {
  await world.end();
});

const change = async (body: object) => await world.ask('PATCH', '/settings', { as: admin, body });
const newAccount = async (email: string) =>
  await world.ask('POST', '/accounts', {
    as: admin,
    body: { name: 'Bob', email, password: 'a long enough sentence', roles: [] },
  });
const slots = async (): Promise<number[]> =>
  (await world.database.pool.query<{ number: number }>('select number from add_on_slot order by number')).rows.map(
    ({ number }) => number,
  );

test('allowed domains bind new accounts, whatever their case', async () => {
  await change({ allowedDomains: ['Corp.Example', 'other.example'] });
  expect((await world.ask('GET', '/settings', { as: admin })).json()).toMatchObject({
    allowedDomains: ['corp.example', 'other.example'],
  });
  expect((await newAccount('bob@CORP.example')).statusCode).toBe(201);
  expect(problemOf(await newAccount('bob@third.example')).code).toBe('domain-not-allowed');
  await change({ allowedDomains: [] });
  expect((await newAccount('carol@third.example')).statusCode).toBe(201);
  expect(problemOf(await newAccount('carol@gmail.com')).code).toBe('personal-mail-domain');
});

test('what is no domain is refused', async () => {
  for (const domain of ['', 'nodot', 'a@b.example', 'a b.example', '*.example', '.example'])
    expect([domain, (await change({ allowedDomains: [domain] })).statusCode]).toEqual([domain, 400]);
});

test('the pool of add-ons grows, shrinks and goes', async () => {
  await change({ unattendedAddOns: 3 });
  expect(await slots()).toEqual([1, 2, 3]);
  await change({ unattendedAddOns: 1 });
  expect(await slots()).toEqual([1]);
  await change({ unattendedAddOns: 0 });
  expect(await slots()).toEqual([]);
  await change({ unattendedAddOns: 2 });
  await change({ unattendedAddOns: null });
  expect(await slots()).toEqual([]);
  expect((await change({})).json()).toMatchObject({ unattendedAddOns: null });
});

test.each([
  ['runRetentionDays', [0, -1, 3651, 1.5, null]],
  ['decisionRetentionDays', [-1, 3651, 1.5, null]],
  ['logBytesMax', [0, 999_999, 1e300, 1e15 + 1, null]],
  ['screenshotBytesMax', [0, 999_999, 1e300, null]],
  ['unattendedAddOns', [-1, 100_001, 1.5]],
])('%s has bounds', async (field, bad) => {
  const before = (await world.ask('GET', '/settings', { as: admin })).json<object>();
  for (const value of bad) expect([value, (await change({ [field]: value })).statusCode]).toEqual([value, 400]);
  expect((await world.ask('GET', '/settings', { as: admin })).json()).toEqual(before);
});

test('a change of one setting leaves the others', async () => {
  await change({ logBytesMax: 5_000_000 });
  const after = (await change({ runRetentionDays: 7 })).json();
  expect(after).toMatchObject({ logBytesMax: 5_000_000, runRetentionDays: 7 });
});

test('the about page names version, database and what is not yet there', async () => {
  const about = (await world.ask('GET', '/about', { as: admin })).json<Record<string, unknown>>();
  expect(about).toMatchObject({ version: '1.2.3', status: [] });
  expect(about.postgres).toMatch(/^PostgreSQL \d+/);
  expect(Date.parse(String(about.startedAt))).toBeLessThanOrEqual(Date.now());
});
