import { type Holdings, takesSlot } from '../capacity/holdings.ts';
import type { RunMode } from '../run/run.ts';
import type { MachineFacts, MachinePolicy } from '../session/machine.ts';
import { judgeSession } from '../session/session-rules.ts';
import { no, reason, type Verdict, yes } from './reasons.ts';

/** What a run asks of a machine. */
export interface Wanted {
  readonly user: string;
  readonly mode: RunMode;
}

export interface MachineNow {
  readonly policy: MachinePolicy;
  readonly limit: number;
  readonly facts: MachineFacts;
}

/**
 * The rules of one machine in the order of DESIGN §6: capacity and busy user first, because they only make a run wait;
 * session rules last, on a free slot. Server and gateway ask this same function; the gateway's answer is the last word.
 */
export function canStartHere(machine: MachineNow, holdings: Holdings, wanted: Wanted): Verdict {
  const mode = modeSupported(machine.facts, wanted.mode);
  if (!mode.ok) return mode;
  const slot = slotFree(machine, holdings, wanted.mode);
  if (!slot.ok) return slot;
  const user = userFree(holdings, wanted.user);
  if (!user.ok) return user;
  return sessionAllows(machine, wanted);
}

export function modeSupported(facts: MachineFacts, mode: RunMode): Verdict {
  if (mode === 'attended' ? facts.canAttended : facts.canUnattended) return yes;
  const missing = facts.missing.join(' ');
  return no(
    reason(
      'mode-not-supported',
      `This machine cannot take ${mode} runs.`,
      missing === '' ? 'The details page of the gateway shows what its machine can do.' : missing,
    ),
  );
}

/**
 * A free slot, S38. Where people alone fill the limit nothing of ours will ever free one, so that is left to the session
 * rules, which answer `cannot create new session` (S58).
 */
export function slotFree(machine: Pick<MachineNow, 'policy' | 'limit'>, holdings: Holdings, mode: RunMode): Verdict {
  if (!takesSlot(machine.policy, mode) || holdings.slotsHeld === 0) return yes;
  const used = holdings.slotsHeld + holdings.slotsOfPeople;
  if (used < machine.limit) return yes;
  return no(
    reason(
      'no-free-slot',
      machine.limit === 1
        ? 'The machine is busy with another run.'
        : `All ${String(machine.limit)} user sessions of the machine are in use.`,
      'It starts when a run there has finished and signed out; a further gateway in the cluster would add capacity.',
    ),
  );
}

/** S40: two runs of one user never run at once on a machine. */
export function userFree(holdings: Holdings, user: string): Verdict {
  if (!holdings.busyUsers.has(user)) return yes;
  return no(
    reason(
      'user-busy',
      `Another run of ${user} is using this machine.`,
      'It starts when that run has finished and signed out; a connection with another account could run beside it.',
    ),
  );
}

export function sessionAllows(machine: MachineNow, wanted: Wanted): Verdict {
  return judgeSession({
    policy: machine.policy,
    limit: machine.limit,
    sessions: machine.facts.sessions,
    ownUser: machine.facts.ownUser,
    user: wanted.user,
    mode: wanted.mode,
  });
}
