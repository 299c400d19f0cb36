import { mayDo, type Role } from '@deskhand/domain/account/permissions.ts';
import type { Route } from '@deskhand/protocol/http/route.ts';
import { routes } from '@deskhand/protocol/http/routes.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpWorld, type HttpWorld, type Person, problemOf } from '../../testing/http-world.ts';
import { assertDecided } from './server.ts';

let world: HttpWorld;
const people = new Map<Role, Person>();
const nobodies = new Map<string, Record<string, string>>();

beforeAll(async () => {
  world = await createHttpWorld();
  for (const role of ['viewer', 'operator', 'maker', 'admin'] as const)
    people.set(role, await world.person(role, [role]));
  const admin = people.get('admin') as Person;
  const disabled = await world.person('disabled', ['admin']);
  await world.ask('PATCH', `/accounts/${disabled.id}`, { as: admin, body: { disabled: true } });
  const expired = await world.person('expired', ['admin']);
  await world.database.pool.query(
    `update api_token set expires_at = now() - interval '1 second' where account_id = $1`,
    [expired.id],
  );
  const revoked = await world.person('revoked', ['admin']);
  await world.ask('DELETE', `/accounts/${revoked.id}/sign-ins`, { as: admin });
  const old = await world.person('old', ['admin']);
  await world.database.pool.query(`update sign_in set expires_at = now() where account_id = $1`, [old.id]);
  nobodies
    .set('no credential', {})
    .set('a disabled account', { authorization: `Bearer ${disabled.token}` })
    .set('the sign-in of a disabled account', { cookie: `deskhand=${disabled.cookie}` })
    .set('an expired token', { authorization: `Bearer ${expired.token}` })
    .set('a revoked sign-in', { cookie: `deskhand=${revoked.cookie}` })
    .set('an expired sign-in', { cookie: `deskhand=${old.cookie}` })
    .set('a token that never was', { authorization: 'Bearer dht_nothing' })
    .set('a bad token beside a good cookie', {
      authorization: 'Bearer dht_nothing',
      cookie: `deskhand=${admin.cookie}`,
    });
});
afterAll(async () => {
  await world.end();
});

const all = Object.entries(routes) as [string, Route][];
const path = (route: Route): string => `${route.path.replace('{id}', 'none').replace('{number}', '1')}`;
const closedRoutes = all.filter(([, route]) => route.permission !== 'public');

describe.each(closedRoutes)('%s', (id, route) => {
  test('is closed to whoever is not signed in', async () => {
    for (const [name, headers] of nobodies) {
      const answer = await world.ask(route.method, path(route), { headers });
      expect([name, answer.statusCode, problemOf(answer).code]).toEqual([name, 401, 'not-signed-in']);
    }
  });

  test('is open to exactly the roles that have its permission', async () => {
    // The stream does not end; live-stream.pg.test.ts opens it.
    if (id === 'events' || id === 'signOut') return expect(route.permission).toBe('signed-in');
    for (const [role, as] of people) {
      const answer = await world.ask(route.method, path(route), { as });
      const isRefused = answer.statusCode === 403 && problemOf(answer).detail.includes('needs the permission');
      expect([role, isRefused]).toEqual([role, !mayDo([role], route.permission)]);
      expect(answer.statusCode).toBeLessThan(500);
    }
  });
});

test('a person without any role may do what needs no role, and nothing else', async () => {
  const nobody = await world.person('roleless', []);
  for (const [id, route] of closedRoutes) {
    if (id === 'events' || id === 'signOut') continue;
    const answer = await world.ask(route.method, path(route), { as: nobody });
    expect([id, answer.statusCode === 403]).toEqual([id, route.permission !== 'signed-in']);
  }
});

test('public routes are the few that prove their caller otherwise', () => {
  const names = all.filter(([, route]) => route.permission === 'public').map(([id]) => id);
  expect(names.sort()).toEqual([
    'answerJoinRequest',
    'askToJoin',
    'challengeMember',
    'claimSetup',
    'describeEnrolment',
    'enrolGateway',
    'followJoinRequest',
    'getSetup',
    'listJoinRequests',
    'readJoinOpening',
    'revealJoinKey',
    'settleJoinRequest',
    'signIn',
  ]);
});

test('a route without a permission or without a handler keeps the server from starting', () => {
  const route = routes.getRun as Route;
  const handlers = { getRun: () => undefined };
  expect(() => assertDecided('getRun', route, handlers)).not.toThrow();
  expect(() => assertDecided('getRun', { ...route, permission: undefined as never }, handlers)).toThrow('permission');
  expect(() => assertDecided('getRun', { ...route, permission: 'whatever' as never }, handlers)).toThrow('permission');
  expect(() => assertDecided('getRun', route, {})).toThrow('no handler');
});
