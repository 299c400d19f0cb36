import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GatewayId } from '../brand.ts';
import { chanceOf, judgeSickness, type MemberOutcomes, outcomeOf, type RunOutcome } from './sickness.ts';

/** `ff..` are two faults and before them two that were fine, one in each minute. */
function outcomes(text: string, fault = 'SessionCreationError', user = 'svc'): readonly RunOutcome[] {
  return [...text].map((mark, index) => ({ user, fault: mark === 'f' ? fault : null, endedAtMs: -60_000 * index }));
}

function member(
  name: string,
  runs: readonly RunOutcome[] | string,
  change: Partial<MemberOutcomes> = {},
): MemberOutcomes {
  const told = typeof runs === 'string' ? outcomes(runs) : runs;
  return { gatewayId: name as GatewayId, isAvailable: true, isSetAside: false, outcomes: told, ...change };
}

const aside = (...members: MemberOutcomes[]): string =>
  judgeSickness(members)
    .setAside.map(({ gatewayId }) => gatewayId)
    .join(' ');
const kept = (...members: MemberOutcomes[]): string =>
  judgeSickness(members)
    .keptAlthoughSick.map(({ gatewayId }) => gatewayId)
    .join(' ');

const well = '..........';

test.each([
  ['four faults of four, where the peer had none of ten', 'ffff', well, 'a'],
  ['three faults are too few', 'fff', well, ''],
  ['four faults of nine are less than half', 'ffff.....', well, ''],
  ['half of twenty, where the peer had none', 'ffffffffff..........', well, 'a'],
  ['the peer fails as often', 'ffffff', 'ffffff', ''],
  ['the peer fails half as often', 'ffffffff', 'ffff....', ''],
  ['four against a peer with three runs can be chance', 'ffff', '...', ''],
  ['nothing is known of the peer', 'ffff', '', ''],
  ['older runs than the newest twenty do not count', `${'.'.repeat(20)}ffffffffff`, well, ''],
] as const)('%s', (_, a, b, expected) => {
  expect(aside(member('a', a), member('b', b))).toBe(expected);
});

describe('a fault that is the account’s own sets nobody aside', () => {
  const other = outcomes(well, '', 'another');

  test('an account that every member refuses', () => {
    const refused = outcomes('ffffff', 'account-locked', 'svc');
    expect(aside(member('a', refused), member('b', [...outcomes('f', 'account-locked'), ...other]))).toBe('');
  });

  test('an account that was tried nowhere else', () => {
    expect(aside(member('a', outcomes('ffffff', 'password-wrong', 'svc')), member('b', other))).toBe('');
  });

  test('an account whose sessions come about nowhere', () => {
    expect(aside(member('a', 'ffffff'), member('b', [...outcomes('f'), ...other]))).toBe('');
  });

  test('an account that was fine on a peer only before the machine refused it', () => {
    const before = outcomes(well).map((outcome) => ({ ...outcome, endedAtMs: outcome.endedAtMs - 3_600_000 }));
    expect(aside(member('a', outcomes('ffffff', 'password-wrong')), member('b', before))).toBe('');
  });

  test('but one that a peer signs in tells that the machine refuses it', () => {
    expect(aside(member('a', outcomes('ffffff', 'password-wrong')), member('b', well))).toBe('a');
  });
});

describe('how many are set aside', () => {
  test('a lone gateway goes on, and its state is told', () => {
    expect(aside(member('a', 'ffffff'))).toBe('');
    expect(kept(member('a', 'ffffff'))).toBe('a');
  });

  test('the last one that is available goes on', () => {
    const away = member('b', well, { isAvailable: false });
    expect(aside(member('a', 'ffffff'), away)).toBe('');
    expect(kept(member('a', 'ffffff'), away)).toBe('a');
  });

  test('at most half of the cluster, the clearest case first', () => {
    const peers = ['c', 'd', 'e'].map((name) => member(name, '.'.repeat(20)));
    const [first, second, third] = [
      member('x', 'f'.repeat(12)),
      member('y', 'f'.repeat(11)),
      member('z', 'f'.repeat(10)),
    ];
    expect(aside(third, second, first, ...peers)).toBe('x y z');
    const before = member('w', '', { isSetAside: true });
    expect(aside(third, second, first, before, ...peers)).toBe('x y');
    expect(kept(third, second, first, before, ...peers)).toBe('z');
  });

  test('those that are set aside already count', () => {
    const before = member('b', '', { isSetAside: true });
    expect(aside(member('a', 'ffffff'), before, member('c', well))).toBe('');
    expect(aside(member('a', 'ffffff'), before, member('c', well), member('d', well))).toBe('a');
  });
});

const run = {
  mode: 'unattended',
  state: 'failed',
  user: 'svc',
  errorCode: 'SessionCreationError',
  flowBegan: false,
  endedAtMs: 0,
} as const;

test.each([
  ['no session came about', {}, 'SessionCreationError'],
  ['the runner did not start', { errorCode: 'runner-failed-to-start' }, 'runner-failed-to-start'],
  ['it succeeded', { state: 'succeeded', flowBegan: true, errorCode: undefined }, 'fine'],
  ['the flow failed', { flowBegan: true, errorCode: 'ElementNotFound' }, 'fine'],
  ['its machine went down while it was starting', { errorCode: 'RunnerLost' }, 'nothing'],
  ['its runner was lost under the flow', { flowBegan: true, errorCode: 'RunnerLost' }, 'fine'],
  ['its link was lost, and nobody knows the end', { state: 'uncertain', errorCode: undefined }, 'nothing'],
  ['it was given up while the flow ran', { state: 'uncertain', errorCode: undefined, flowBegan: true }, 'nothing'],
  ['it was cancelled while signing in', { state: 'cancelled', errorCode: undefined }, 'nothing'],
  ['its start deadline passed', { state: 'timedOut', errorCode: 'NoCandidateMachine' }, 'nothing'],
  ['a person’s session stood in the way', { errorCode: 'session-exists-multi' }, 'nothing'],
  ['no display came about', { errorCode: 'cannot-create-session' }, 'cannot-create-session'],
  ['it was attended', { mode: 'attended' }, 'nothing'],
] as const)('of a machine it says, when %s: %o', (_, change, expected) => {
  const outcome = outcomeOf({ ...run, ...change });
  expect(outcome === undefined ? 'nothing' : (outcome.fault ?? 'fine')).toBe(expected);
});

test('the chance is that of Fisher’s exact test', () => {
  expect(chanceOf({ faults: 4, runs: 4, peerFaults: 0, peerRuns: 5 })).toBeCloseTo(1 / 126, 10);
  expect(chanceOf({ faults: 0, runs: 4, peerFaults: 3, peerRuns: 5 })).toBeCloseTo(1, 10);
  expect(chanceOf({ faults: 3, runs: 4, peerFaults: 1, peerRuns: 4 })).toBeCloseTo(17 / 70, 10);
});

const anyOutcome = fc.record({
  user: fc.constantFrom('alice', 'bob', 'carol'),
  fault: fc.constantFrom(null, null, 'SessionCreationError', 'runner-failed-to-start', 'password-wrong'),
  endedAtMs: fc.nat(9),
});
const anyMembers = fc
  .array(
    fc.record({
      isAvailable: fc.constantFrom(true, true, true, false),
      isSetAside: fc.constantFrom(false, false, false, true),
      outcomes: fc.oneof(
        fc.array(anyOutcome, { maxLength: 25 }),
        fc.constant(outcomes('ffffffff', 'SessionCreationError', 'alice')),
        fc.constant(outcomes('.'.repeat(20), '', 'alice')),
      ),
    }),
    { maxLength: 7 },
  )
  .map((all) => all.map((one, index) => ({ ...one, gatewayId: `g${String(index)}` as GatewayId })));

describe('whatever happened', () => {
  test('at most half of a cluster is set aside, somebody who is well is left, and only available members are chosen', () => {
    let chosen = 0;
    fc.assert(
      fc.property(anyMembers, (members) => {
        const { setAside, keptAlthoughSick } = judgeSickness(members);
        const ids = new Set([...setAside, ...keptAlthoughSick].map(({ gatewayId }) => gatewayId));
        const before = members.filter(({ isSetAside }) => isSetAside).length;
        chosen += setAside.length;
        if (setAside.length === 0) return;
        expect(before + setAside.length).toBeLessThanOrEqual(members.length / 2);
        expect(members.some((one) => one.isAvailable && !one.isSetAside && !ids.has(one.gatewayId))).toBe(true);
        for (const { gatewayId } of setAside)
          expect(members.find((one) => one.gatewayId === gatewayId)).toMatchObject({
            isAvailable: true,
            isSetAside: false,
          });
      }),
      { numRuns: 2_000 },
    );
    expect(chosen).toBeGreaterThan(100);
  });

  test('nobody is set aside for anything but at least four faults that are half of its runs and three times its peers’', () => {
    fc.assert(
      fc.property(anyMembers, (members) => {
        for (const { figures } of judgeSickness(members).setAside) {
          expect(figures.faults).toBeGreaterThanOrEqual(4);
          expect(figures.faults / figures.runs).toBeGreaterThanOrEqual(0.5);
          expect(figures.faults / figures.runs).toBeGreaterThanOrEqual((3 * figures.peerFaults) / figures.peerRuns);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('what is alike on all members sets nobody aside', () => {
    fc.assert(
      fc.property(fc.array(anyOutcome, { maxLength: 20 }), fc.integer({ min: 1, max: 6 }), (same, count) => {
        const members = Array.from({ length: count }, (_, index) => member(`g${String(index)}`, same));
        expect(judgeSickness(members).setAside).toEqual([]);
      }),
    );
  });
});
