import { no, reason, type Verdict, yes } from '../placement/reasons.ts';
import type { RunMode } from '../run/run.ts';
import type { WaitReason } from '../run-queue/snapshot.ts';
import { assertNever } from '../brand.ts';
import type { MachinePolicy, SessionFact } from './machine.ts';
import { CANNOT_CREATE_SESSION, SESSION_EXISTS_LINUX, SESSION_EXISTS_MULTI, SESSION_EXISTS_SINGLE } from './texts.ts';

/** What the session rules look at. They are asked when it is the run's turn on a free slot, never before (DESIGN §6). */
export interface SessionQuestion {
  readonly policy: MachinePolicy;
  readonly user: string;
  readonly mode: RunMode;
  readonly sessions: readonly SessionFact[];
  /** User sessions this machine can hold, as `sessionLimit` answers. */
  readonly limit: number;
  /** Only for `virtual`: the one account of the machine. */
  readonly ownUser: string | null;
}

/** May this run have its session on this machine now? The gateway asks the same function under its own lock. */
export function judgeSession(question: SessionQuestion): Verdict {
  if (question.mode === 'attended') return judgeAttended(question);
  switch (question.policy) {
    case 'single-session':
      return singleSessionUnattended(question);
    case 'multi-session':
    case 'linux':
      return multiSessionUnattended(question);
    case 'virtual':
      return virtualOwnAccount(question);
    default:
      return assertNever(question.policy);
  }
}

function judgeAttended(question: SessionQuestion): Verdict {
  if (question.policy === 'virtual') {
    const own = virtualOwnAccount(question);
    if (!own.ok) return own;
  }
  return attendedSession(question);
}

/** S19: any session of a person, of any user, even a locked one, refuses an unattended run. */
export function singleSessionUnattended(question: SessionQuestion): Verdict {
  const [first] = peoplesSessions(question.sessions);
  if (first === undefined) return yes;
  return no(reason('session-exists-single', sessionText(question.policy), signOutRemedy(first.user)));
}

/** S20, S58: the run's user has no session in any state, and people's sessions leave one to make. */
export function multiSessionUnattended(question: SessionQuestion): Verdict {
  const people = peoplesSessions(question.sessions);
  const own = people.find((session) => session.user === question.user);
  if (own !== undefined) {
    const text = sessionText(question.policy);
    return no(reason('session-exists-multi', text, signOutRemedy(own.user)));
  }
  if (people.length < question.limit) return yes;
  return no(cannotCreateSession(people.length, question.limit));
}

/** People's sessions fill the limit (S58), or the machine itself refuses at sign-in. */
export function cannotCreateSession(peoplesSessionCount: number, limit: number): WaitReason {
  return reason(
    'cannot-create-session',
    CANNOT_CREATE_SESSION,
    `${String(peoplesSessionCount)} of ${String(limit)} user sessions of this machine are people's. Someone has to sign out there, or the machine needs a higher limit.`,
  );
}

/** A `virtual` machine has no root: it runs everything as its own account. */
export function virtualOwnAccount(question: SessionQuestion): Verdict {
  if (question.ownUser !== null && question.user === question.ownUser) return yes;
  const own = question.ownUser ?? 'not known yet';
  return no(
    reason(
      'virtual-other-account',
      `This gateway runs without root, so it can run flows only as its own account (${own}), not as ${question.user}.`,
      `Use a connection with the account ${own}, or run the gateway of this machine as root.`,
    ),
  );
}

/** S21–S23: an attended run needs the active, unlocked session of its own user; nothing is created for it (S14). */
export function attendedSession(question: SessionQuestion): Verdict {
  const own = question.sessions.filter(
    (session) => session.user === question.user && isPersons(session, question.policy),
  );
  if (own.length === 0) return no(notSignedIn(question.user));
  if (own.some(isUsable)) return yes;
  if (own.some((session) => isOpen(session) && session.type === 'wayland')) return no(waylandRefused(question.user));
  const code = own.some((session) => session.state === 'active') ? 'attended-locked' : 'attended-not-active';
  const remedy =
    code === 'attended-locked'
      ? `${question.user} has to unlock the session on this machine.`
      : `${question.user} has to connect to the session on this machine again, so that it is the active one.`;
  return no(reason(code, sessionText(question.policy), remedy));
}

const notSignedIn = (user: string) =>
  reason(
    'attended-not-signed-in',
    `Cannot execute desktop flow. ${user} is not signed in on the target device`,
    `An attended run uses the session of its own user: ${user} has to sign in on this machine and stay unlocked.`,
  );

const waylandRefused = (user: string) =>
  reason(
    'attended-wayland',
    'Cannot execute desktop flow. The user session on the target device is a Wayland session, which cannot be automated',
    `${user} has to sign in again and choose an X11 session at the sign-in screen.`,
  );

/** Sessions that Deskhand made count as used capacity, never as a leftover. */
export function peoplesSessions(sessions: readonly SessionFact[]): readonly SessionFact[] {
  return sessions.filter((session) => !session.ours);
}

/**
 * On a `virtual` machine Deskhand also makes the open session that attended runs use: it serves no run. Elsewhere only
 * a person makes one.
 */
function isPersons(session: SessionFact, policy: MachinePolicy): boolean {
  return !session.ours || (policy === 'virtual' && session.runId === null);
}

/** Not knowing whether a session is locked counts as locked (DESIGN §8). */
function isOpen(session: SessionFact): boolean {
  return session.state === 'active' && session.locked === false;
}

function isUsable(session: SessionFact): boolean {
  return isOpen(session) && session.type !== 'wayland';
}

function signOutRemedy(user: string): string {
  return `Sign ${user} out of this machine; locking or disconnecting is not enough.`;
}

/**
 * The text follows the policy that is obeyed, not the machine below it: a rehearsal on Linux shows the Windows text.
 * Attended refusals by a locked or inactive session carry the same text (S16).
 */
export function sessionText(policy: MachinePolicy): string {
  switch (policy) {
    case 'single-session':
      return SESSION_EXISTS_SINGLE;
    case 'multi-session':
      return SESSION_EXISTS_MULTI;
    case 'linux':
    case 'virtual':
      return SESSION_EXISTS_LINUX;
    default:
      return assertNever(policy);
  }
}
