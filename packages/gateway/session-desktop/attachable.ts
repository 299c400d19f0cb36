import type { SessionFact } from '@deskhand/domain/session/machine.ts';
import type { SessionAccount, SessionRefusal } from '../ports/session-host.ts';
import { accountEnvironment, type Entrance } from './entrance.ts';
import type { PersonSession } from './session-listing.ts';

/** A person's session with the lock as it was just seen; undefined where the account could not open the display. */
export type JudgedSession = Omit<PersonSession, 'fact'> & { readonly fact: SessionFact | undefined };
export type WhereToAttach =
  | { readonly ok: true; readonly session: PersonSession }
  | { readonly ok: false; readonly because: SessionRefusal };

/** The person's active, unlocked session, or the refusal that says most about why there is none. */
export function whereToAttach(user: string, sessions: readonly JudgedSession[]): WhereToAttach {
  const found = sessions.flatMap(({ fact, ...rest }) =>
    fact !== undefined && fact.type !== 'console' ? [{ ...rest, fact }] : [],
  );
  const drivable = found.filter((one) => one.fact.type !== 'wayland' && one.scanned !== undefined);
  const active = drivable.filter((one) => one.fact.state === 'active');
  const [open] = active.filter((one) => one.fact.locked === false);
  if (open !== undefined) return { ok: true, session: open };
  return { ok: false, because: refusalFor(user, { found, drivable, active }) };
}

interface Narrowed {
  readonly found: readonly PersonSession[];
  readonly drivable: readonly PersonSession[];
  readonly active: readonly PersonSession[];
}

function refusalFor(user: string, { found, drivable, active }: Narrowed): SessionRefusal {
  if (found.length === 0)
    return { code: 'attended-not-signed-in', message: `${user} is not signed in at this machine.` };
  if (drivable.length === 0)
    return {
      code: 'attended-wayland',
      message: `${user} uses a Wayland session, which programs cannot drive; sign in to an X11 session.`,
    };
  if (active.length === 0) return { code: 'attended-not-active', message: `The session of ${user} is not active.` };
  const unknown = active.every((one) => one.fact.locked === 'unknown');
  return {
    code: 'attended-locked',
    message: unknown
      ? `Whether the session of ${user} is locked could not be seen, so it counts as locked.`
      : `The session of ${user} is locked.`,
  };
}

/** How programs get into a person's session before there is a cgroup for the run. */
export function attachable(session: PersonSession, account: SessionAccount, changeUser: boolean): Entrance {
  return {
    account,
    cgroup: '',
    changeUser,
    limits: [],
    environment: { ...accountEnvironment(account), ...session.scanned?.environment },
  };
}
