import { expect, test } from 'vitest';
import { isAlive, parseEnvironment, parseStat, parseUid, startTimeOf } from './process-facts.ts';

const fields = (state: string): string => `${state} 7 8 9 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 998877 1000 200`;

test('a process name may hold spaces and parentheses without moving the other fields', () => {
  expect(parseStat(`42 (a) (b) c) ${fields('S')}`)).toEqual({
    name: 'a) (b) c',
    state: 'S',
    parent: 7,
    group: 8,
    threads: 1,
    startTime: '998877',
  });
});

test('a line that is cut off names no process', () => {
  expect([parseStat(''), parseStat('42 (name'), parseStat('42 (name) S 1')]).toEqual([undefined, undefined, undefined]);
});

test('the real uid is the first of the four', () => {
  expect(parseUid('Name:\tx\nUid:\t1001\t0\t0\t0\nGid:\t5\t5\t5\t5\n')).toBe(1001);
});

test('values of variables may hold equals signs; what has no name is left out', () => {
  expect([...parseEnvironment('A=1\0B=x=y\0=odd\0loose\0')]).toEqual([
    ['A', '1'],
    ['B', 'x=y'],
  ]);
});

test('a process number that was given to another process does not count as alive', () => {
  const startTime = startTimeOf(process.pid) ?? '';
  expect(isAlive({ pid: process.pid, startTime })).toBe(true);
  expect(isAlive({ pid: process.pid, startTime: `${startTime}1` })).toBe(false);
});
