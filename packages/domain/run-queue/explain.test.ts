import { describe, expect, test } from 'vitest';
import { explain, statesOfWaiting } from './explain.ts';
import { planAssignments } from './plan-assignments.ts';
import { classKeyOf, inHand, member, queuedRun, session, snapshot, type WorldRun } from './queue-world.ts';
import type { ClusterMember, RunInHand } from './snapshot.ts';

const alice: WorldRun = { user: 'alice' };
const bob: WorldRun = { user: 'bob', priority: 'high' };
const carol: WorldRun = { user: 'carol', whenSessionBlocked: 'wait' };
const single = (changes = {}) => member('desk', { facts: { reportedPolicy: 'single-session', ...changes } });

describe('explain', () => {
  const ask = (members: readonly ClusterMember[], run: WorldRun, running: readonly RunInHand[] = []) =>
    explain(snapshot({ members, runs: [run], inHand: running }), classKeyOf(run), 0);

  test('names the member where the run starts', () =>
    expect(ask([single()], alice)).toEqual({ kind: 'starts', gatewayId: 'desk' }));

  test('says which rule would end the run', () =>
    expect(ask([single({ sessions: [session('dora')] })], alice)).toMatchObject({
      kind: 'refused',
      because: { code: 'session-exists-single' },
    }));

  test('says for every member why the run waits', () => {
    const answer = ask([single(), member('away', { online: false })], alice, [inHand('bob', 'desk')]);
    expect(answer).toMatchObject({ kind: 'waits', foremost: { code: 'no-free-slot' }, isNextToRun: true });
    const members = answer.kind === 'waits' ? answer.members : [];
    expect(members.map((one) => `${one.name} ${one.because.code}`)).toEqual([
      'desk no-free-slot',
      'away gateway-offline',
    ]);
  });

  test('counts the runs before it: they take the slot', () => {
    const world = snapshot({ members: [single()], runs: [alice, bob] });
    expect(explain(world, classKeyOf(alice), 0)).toMatchObject({ kind: 'waits' });
    expect(explain(world, classKeyOf(bob), 0)).toEqual({ kind: 'starts', gatewayId: 'desk' });
  });

  test('a class without waiting runs has nothing to explain', () =>
    expect(explain(snapshot({ members: [single()], runs: [alice] }), 'unheard of', 0)).toEqual({
      kind: 'nothing-waits',
    }));
});

describe('the queue page', () => {
  const runs = [alice, bob, carol];
  const world = snapshot({ members: [single()], runs, inHand: [inHand('dora', 'desk')] });
  const plan = planAssignments(world, 0, () => 0);
  const rows = runs.map((run, index) => ({ ...queuedRun(run, index + 1), classKey: classKeyOf(run) }));

  test('S27, S28, S29: shows the order, the badge and the reason of every run', () => {
    const page = statesOfWaiting(rows, plan).map(({ run, state }) => [
      state.position,
      run.id,
      state.display,
      state.line,
    ]);
    expect(page).toEqual([
      [1, 'r2', 'Next to run', 'The machine is busy with another run.'],
      [2, 'r1', 'Queued', 'The machine is busy with another run.'],
      [3, 'r3', 'Queued', 'The machine is busy with another run.'],
    ]);
  });

  test('a run whose offer is on its way has no reason to wait, though others of its class have', () => {
    const offering = planAssignments(snapshot({ members: [single()], runs: [alice, alice] }), 0, () => 0);
    const [row] = statesOfWaiting(rows.slice(0, 1), offering);
    expect(row?.state).toMatchObject({ line: null, because: null, display: 'Queued' });
  });
});
