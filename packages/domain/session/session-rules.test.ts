import { describe, expect, test } from 'vitest';
import { facts, session } from '../run-queue/queue-world.ts';
import type { RunMode } from '../run/run.ts';
import type { MachinePolicy, SessionFact } from './machine.ts';
import { runErrorOf } from './session-errors.ts';
import { cannotCreateSession, judgeSession } from './session-rules.ts';

/**
 * Sessions in words: `bob`, `bob-locked`, `bob-unknown` (locked or not, nobody knows), `bob-inactive`, `bob-away`
 * (disconnected), `bob-wayland`, `bob-ours`. The answer is `yes` or a code.
 */
function check(policy: MachinePolicy, mode: RunMode, user: string, sessions: string, expected: string): void {
  expect(answer({ policy, mode, user, sessions })).toBe(expected);
}

interface Question {
  readonly policy: MachinePolicy;
  readonly mode: RunMode;
  readonly user: string;
  readonly sessions: string;
}

function judge({ policy, mode, user, sessions }: Question) {
  const open = sessions === '' ? [] : sessions.split(' ').map(sessionFrom);
  const { ownUser } = facts({ ownUser: policy === 'virtual' ? 'alice' : null });
  return judgeSession({ policy, mode, user, sessions: open, limit: 2, ownUser });
}

function answer(question: Question): string {
  const verdict = judge(question);
  return verdict.ok ? 'yes' : verdict.because.code;
}

function sessionFrom(word: string): SessionFact {
  const [user = '', ...traits] = word.split('-');
  return session(user, Object.assign({}, ...traits.map((trait) => changes[trait])));
}

const changes: Readonly<Record<string, Partial<SessionFact>>> = {
  locked: { locked: true },
  unknown: { locked: 'unknown' },
  inactive: { state: 'inactive' },
  away: { state: 'disconnected' },
  wayland: { type: 'wayland' },
  ours: { ours: true, runId: 'r1' },
  open: { ours: true, runId: null },
};

describe('single-session machines, unattended', () => {
  const checkSingle = (sessions: string, expected: string) =>
    check('single-session', 'unattended', 'alice', sessions, expected);

  test('S15: with nobody signed in the run may start', () => checkSingle('', 'yes'));
  test('S19: the session of the same user refuses the run', () => checkSingle('alice', 'session-exists-single'));
  test('S19: the session of any other user refuses the run', () => checkSingle('bob', 'session-exists-single'));
  test('S16, S19: so does a locked one', () => checkSingle('bob-locked', 'session-exists-single'));
  test('S19: so does a disconnected one', () => checkSingle('bob-away', 'session-exists-single'));
  test('a session that Deskhand made is no leftover', () => checkSingle('bob-ours', 'yes'));
});

describe.each(['multi-session', 'linux'] as const)('%s machines, unattended', (policy) => {
  const checkMulti = (sessions: string, expected: string) => check(policy, 'unattended', 'alice', sessions, expected);

  test('S15: with nobody signed in the run may start', () => checkMulti('', 'yes'));
  test('S20: the sessions of other users do not matter', () => checkMulti('bob-locked', 'yes'));
  test('S20: a locked session of the same user refuses the run', () =>
    checkMulti('alice-locked', 'session-exists-multi'));
  test('S20, S40: an open session of the same user refuses it too', () => checkMulti('alice', 'session-exists-multi'));
  test('S20, S40: and a disconnected one', () => checkMulti('alice-away', 'session-exists-multi'));
  test('S58: people who fill the limit leave no session to make', () =>
    checkMulti('bob carol', 'cannot-create-session'));
  test('S20 comes before S58: the run’s own user can free a session', () =>
    checkMulti('bob alice', 'session-exists-multi'));
  test('sessions that Deskhand made are not people’s', () => checkMulti('bob-ours carol-ours', 'yes'));
});

describe.each(['single-session', 'multi-session', 'linux'] as const)('%s machines, attended', (policy) => {
  const checkAttended = (sessions: string, expected: string) => check(policy, 'attended', 'alice', sessions, expected);

  test('S21, S22, S23: the active, unlocked session of the run’s user takes it', () => checkAttended('alice', 'yes'));
  test('S21: without a session the user has to sign in', () => checkAttended('', 'attended-not-signed-in'));
  test('S22: another user’s session is not the run’s', () => checkAttended('bob', 'attended-not-signed-in'));
  test('S16, S23: a locked session refuses the run', () => checkAttended('alice-locked', 'attended-locked'));
  test('S23: not knowing whether it is locked counts as locked', () =>
    checkAttended('alice-unknown', 'attended-locked'));
  test('S21: an inactive session refuses the run', () => checkAttended('alice-inactive', 'attended-not-active'));
  test('S21: a disconnected session refuses the run', () => checkAttended('alice-away', 'attended-not-active'));
  test('a Wayland session is refused', () => checkAttended('alice-wayland', 'attended-wayland'));
  test('a locked Wayland session says first that it is locked', () =>
    checkAttended('alice-wayland-locked', 'attended-locked'));
  test('one usable session among several is enough', () => checkAttended('alice-locked alice-wayland alice', 'yes'));
  test('S22: other people’s sessions do not matter', () => checkAttended('bob-locked alice', 'yes'));
  test('a session that Deskhand made for an unattended run is not the person’s', () =>
    checkAttended('alice-ours', 'attended-not-signed-in'));
});

describe('virtual machines', () => {
  test('its own account may run', () => check('virtual', 'unattended', 'alice', '', 'yes'));
  test('another account may not', () => check('virtual', 'unattended', 'bob', '', 'virtual-other-account'));
  test('another account may not run attended either', () =>
    check('virtual', 'attended', 'bob', 'bob', 'virtual-other-account'));
  test('people’s sessions do not stand in the way', () =>
    check('virtual', 'unattended', 'alice', 'alice-locked', 'yes'));
  test('an attended run uses the open session Deskhand made', () =>
    check('virtual', 'attended', 'alice', 'alice-open', 'yes'));
  test('but not the one that serves another run', () =>
    check('virtual', 'attended', 'alice', 'alice-ours', 'attended-not-signed-in'));
});

describe('texts, letter by letter', () => {
  const message = (policy: MachinePolicy, mode: RunMode, sessions: string): string => {
    const verdict = judge({ policy, mode, user: 'alice', sessions });
    return verdict.ok ? 'yes' : verdict.because.message;
  };
  const single =
    'Cannot execute desktop flow. There is a locked or an inactive Windows user session on the target device';
  const multi = 'Cannot execute desktop flow. There is a locked or inactive Windows user session on the target device';
  const linux = 'Cannot execute desktop flow. There is a locked or inactive user session on the target device';

  test('S19: single-session says "an inactive"', () =>
    expect(message('single-session', 'unattended', 'bob-locked')).toBe(single));
  test('S20: multi-session says "inactive"', () =>
    expect(message('multi-session', 'unattended', 'alice-locked')).toBe(multi));
  test('Linux leaves the word Windows out', () => expect(message('linux', 'unattended', 'alice-locked')).toBe(linux));
  test('S16: a locked session gives an attended run the same text', () => {
    expect(message('single-session', 'attended', 'alice-locked')).toBe(single);
    expect(message('multi-session', 'attended', 'alice-inactive')).toBe(multi);
    expect(message('linux', 'attended', 'alice-locked')).toBe(linux);
  });
  test.each(['multi-session', 'linux'] as const)('S57, S58: %s says "cannot create new session"', (policy) =>
    expect(message(policy, 'unattended', 'bob carol')).toBe('cannot create new session'),
  );
});

test('S58: the check of sessions and limit is shown as the remedy', () => {
  expect(cannotCreateSession(2, 2).remedy).toContain('2 of 2 user sessions');
});

test('a refused run keeps code, text and remedy in its error', () => {
  const because = cannotCreateSession(2, 2);
  expect(runErrorOf(because)).toEqual({
    code: 'cannot-create-session',
    message: 'cannot create new session',
    details: because.remedy,
  });
});
