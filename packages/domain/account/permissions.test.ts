import { expect, test } from 'vitest';
import { allPermissions, mayDo, type Permission, type Role } from './permissions.ts';

test.each<[Role, Permission, boolean]>([
  ['viewer', 'run.read', true],
  ['viewer', 'run.submit', false],
  ['viewer', 'queue.order', false],
  ['operator', 'queue.order', true],
  ['operator', 'gateway.admin', false],
  ['maker', 'flow.create', true],
  ['maker', 'account.admin', false],
  ['maker', 'audit.read', false],
])('a %s asking for %s is answered %s', (role, permission, answer) => {
  expect(mayDo([role], permission)).toBe(answer);
});

test('an admin may do everything there is', () => {
  for (const permission of allPermissions) expect(mayDo(['admin'], permission as Permission)).toBe(true);
});

test('an account without roles may do nothing but what every signed-in account may', () => {
  expect(mayDo([], 'signed-in')).toBe(true);
  expect(mayDo([], 'run.read')).toBe(false);
});
