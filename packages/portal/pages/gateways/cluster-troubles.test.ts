import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import { expect, test } from 'vitest';
import { membersInOrder, troublesOf } from './cluster-troubles.ts';

const gateway = (name: string, word: Gateway['health']['word'], advice: string[] = [], order = 0): Gateway =>
  ({ id: name, name, order, clusterId: 'kiosks', health: { word, advice } }) as unknown as Gateway;

test('a cluster whose members are all well has no trouble', () => {
  expect(troublesOf([gateway('a', 'Online'), gateway('b', 'Online')])).toEqual([]);
});

test('members with the same word stand together, the gravest first', () => {
  const members = [
    gateway('a', 'Disabled'),
    gateway('b', 'Offline', ['Check that the machine has power.']),
    gateway('c', 'Online'),
    gateway('d', 'Offline'),
  ];
  expect(troublesOf(members)).toEqual([
    { word: 'Offline', names: ['b', 'd'] },
    { word: 'Disabled', names: ['a'] },
  ]);
});

test('a machine that takes runs and has something to put right is not passed over', () => {
  expect(troublesOf([gateway('a', 'Online', ['Its clock is 3 minutes ahead.'])])).toEqual([
    { word: 'Advice', names: ['a'] },
  ]);
});

test('a cluster without a gateway says so', () => {
  expect(troublesOf([])).toEqual([{ word: 'No gateway', names: [] }]);
});

test('members of the cluster alone, the primary first', () => {
  const other = { ...gateway('x', 'Online'), clusterId: 'office' };
  expect(membersInOrder([gateway('b', 'Online', [], 1), other, gateway('a', 'Online')], 'kiosks')).toEqual([
    gateway('a', 'Online'),
    gateway('b', 'Online', [], 1),
  ]);
});
