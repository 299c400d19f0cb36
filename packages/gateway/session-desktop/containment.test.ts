import { expect, test } from 'vitest';
import { markedProcesses, parseCgroup2Mount, parseCgroup2Path } from './containment.ts';
import type { ProcessFact } from './process-facts.ts';

test('the version 2 tree is found alone and beside version 1, but not where it is read-only', () => {
  expect(parseCgroup2Mount('cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n')).toBe('/sys/fs/cgroup');
  expect(
    parseCgroup2Mount('cgroup /sys/fs/cgroup/cpu cgroup rw 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n'),
  ).toBe('/sys/fs/cgroup/unified');
  expect(parseCgroup2Mount('cgroup2 /sys/fs/cgroup cgroup2 ro,nosuid 0 0\n')).toBeUndefined();
});

test('the own place in the version 2 tree is the line without controllers', () => {
  expect(parseCgroup2Path('2:cpu:/a\n0::/user.slice/x.scope\n')).toBe('/user.slice/x.scope');
  expect(parseCgroup2Path('2:cpu:/a\n')).toBeUndefined();
});

const aProcess = (pid: number, changes: Partial<ProcessFact> = {}): ProcessFact => ({
  pid,
  parent: 1,
  group: pid,
  uid: 1000,
  zombie: false,
  startTime: '1',
  name: 'x',
  ...changes,
});
const marked =
  (...pids: readonly number[]) =>
  (pid: number) =>
    new Map(pids.includes(pid) ? [['DESKHAND_SESSION', 's-1']] : [['DESKHAND_SESSION', 's-2']]);
const idsOf = (processes: readonly ProcessFact[]): readonly number[] => processes.map((one) => one.pid);

test('without a cgroup, descendants and group members of marked processes belong to the session', () => {
  const processes = [
    aProcess(10),
    aProcess(11, { parent: 10 }),
    aProcess(12, { parent: 11 }),
    aProcess(13, { group: 10 }),
    aProcess(14),
  ];
  expect(idsOf(markedProcesses('s-1', 1000, processes, marked(10)))).toEqual([10, 11, 13, 12]);
});

test('processes of other accounts and zombies never belong to it', () => {
  const processes = [aProcess(10), aProcess(11, { uid: 1001, parent: 10 }), aProcess(12, { zombie: true })];
  expect(idsOf(markedProcesses('s-1', 1000, processes, marked(10, 12)))).toEqual([10]);
});
