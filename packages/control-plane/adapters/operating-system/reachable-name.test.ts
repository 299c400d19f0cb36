import { expect, test } from 'vitest';
import { reachableName } from './reachable-name.ts';

const names = { own: 'desk-1', resolves: async () => true, addresses: ['192.0.2.7'] };

test.each(['0.0.0.0', '::'])('a server that listens on %s is shown by the machine’s name', async (address) => {
  expect(await reachableName(address, names)).toBe('desk-1');
});

test('a name that leads nowhere gives way to an address, and without a network to localhost', async () => {
  const nameless = { ...names, resolves: async () => false };
  expect(await reachableName('0.0.0.0', nameless)).toBe('192.0.2.7');
  expect(await reachableName('0.0.0.0', { ...nameless, addresses: [] })).toBe('localhost');
});

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['desk.corp.example', 'desk.corp.example'],
  ['2001:db8::1', '[2001:db8::1]'],
])('%s is shown as it was given', async (address, shown) => {
  expect(await reachableName(address, names)).toBe(shown);
});
