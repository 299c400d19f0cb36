import { type MachineNow, sessionAllows, type Wanted } from '../../placement/can-start-here.ts';
import type { SessionFact } from '../machine.ts';
import { peoplesSessions } from '../session-rules.ts';

/** Sessions of people that keep a run from a machine, and how many of them would have to end for it. */
export interface InTheWay {
  /** Those first whose person is more likely to see a question. */
  readonly sessions: readonly SessionFact[];
  readonly needed: number;
}

/**
 * Undefined where no sign-out would let the run start. An attended run needs its person, and a machine that runs everything
 * as one account needs another connection: nobody is asked for those.
 */
export function sessionsInTheWay(machine: MachineNow, wanted: Wanted): InTheWay | undefined {
  if (wanted.mode === 'attended') return undefined;
  const verdict = sessionAllows(machine, wanted);
  if (verdict.ok) return undefined;
  const people = peoplesSessions(machine.facts.sessions).toSorted((a, b) => farFromAnswer(a) - farFromAnswer(b));
  const inTheWay = meantBy(verdict.because.code, people, wanted.user, machine.limit);
  return inTheWay !== undefined && wouldHelp(machine, wanted, inTheWay) ? inTheWay : undefined;
}

function meantBy(code: string, people: readonly SessionFact[], user: string, limit: number): InTheWay | undefined {
  switch (code) {
    case 'session-exists-single':
      return { sessions: people, needed: people.length };
    case 'session-exists-multi': {
      const own = people.filter((session) => session.user === user);
      return { sessions: own, needed: own.length };
    }
    case 'cannot-create-session':
      return { sessions: people, needed: people.length - limit + 1 };
    default:
      return undefined;
  }
}

/** With any `needed` of them gone the machine's own rule says yes; asked of the first ones, because they are alike to it. */
function wouldHelp(machine: MachineNow, wanted: Wanted, { sessions, needed }: InTheWay): boolean {
  const gone = new Set(sessions.slice(0, needed));
  const left = machine.facts.sessions.filter((session) => !gone.has(session));
  return sessionAllows({ ...machine, facts: { ...machine.facts, sessions: left } }, wanted).ok;
}

/** Behind a lock, or with nobody connected, a question waits. */
function farFromAnswer({ locked, state }: SessionFact): number {
  return (locked === false ? 0 : 1) + (state === 'active' ? 0 : 2);
}
