import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHttpWorld, type HttpWorld, problemOf } from '../../testing/http-world.ts';

let world: HttpWorld;
beforeEach(async () => {
  world = await createHttpWorld();
});
afterEach(() => world.end());

const elsewhere = '192.0.2.7';
const metrics = (remoteAddress: string, headers: Record<string, string> = {}) =>
  world.app.inject({ method: 'GET', url: '/metrics', remoteAddress, headers });

test('metrics are told to this machine and to tokens that may read them, and to nobody else', async () => {
  const operator = await world.person('operator', ['operator']);
  const maker = await world.person('maker', ['maker']);
  expect((await metrics('127.0.0.1')).statusCode).toBe(200);
  expect(problemOf(await metrics(elsewhere)).code).toBe('not-signed-in');
  // A proxy on this machine speaks for somebody else.
  expect(problemOf(await metrics('127.0.0.1', { 'x-forwarded-for': elsewhere })).code).toBe('not-signed-in');
  expect(problemOf(await metrics(elsewhere, { authorization: `Bearer ${maker.token}` })).code).toBe('not-allowed');
  expect((await metrics(elsewhere, { authorization: `Bearer ${operator.token}` })).statusCode).toBe(200);
});

test('requests are counted by route and never by the address that was asked for', async () => {
  const admin = await world.person('admin', ['admin']);
  await world.ask('GET', '/runs/some-run-id', { as: admin });
  await world.ask('GET', '/no-such-place', { as: admin });
  const text = (await metrics('127.0.0.1')).payload;
  expect(text).toContain('route="/api/v1/runs/:id",status="4xx"');
  expect(text).not.toContain('some-run-id');
  expect(text).not.toContain('no-such-place');
});

test('each run queue is shown with its length and its oldest wait', async () => {
  await world.database.pool.query(`insert into gateway_cluster (id, name) values ('k', 'Kiosks')`);
  const text = (await metrics('127.0.0.1')).payload;
  expect(text).toContain('deskhand_queue_runs{cluster="Kiosks"} 0');
  expect(text).toContain('deskhand_queue_oldest_wait_seconds{cluster="Kiosks"} 0');
});
