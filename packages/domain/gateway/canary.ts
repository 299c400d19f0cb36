import type { ConnectionId, GatewayId } from '../brand.ts';
import type { PreflightAnswer } from '../preflight/preflight.ts';
import type { RunState } from '../run/run.ts';
import { isSickFault } from './sickness.ts';

/** A member that was set aside rests so long before its first canary sign-in; each that fails doubles the pause. */
export const CANARY_PAUSE_FIRST_MS = 5 * 60_000;
export const CANARY_PAUSE_MAX_MS = 4 * 3_600_000;
/** In a row. */
export const CANARIES_TO_PASS = 3;
/** A canary that could not begin by then is taken back and says nothing. */
export const CANARY_START_DEADLINE_MS = 2 * 60_000;
export const CANARY_EXECUTION_TIMEOUT_MS = 5 * 60_000;
/** How lately the account of a canary must have been signed in by another member. */
export const CANARY_ACCOUNT_WINDOW_MS = 7 * 24 * 3_600_000;

export interface CanaryState {
  readonly passed: number;
  readonly pauseMs: number;
}

export const freshCanaryState: CanaryState = { passed: 0, pauseMs: CANARY_PAUSE_FIRST_MS };

/** `open`: it did not come to the sign-in, or nobody knows how it ended. */
export type CanaryOutcome = 'succeeded' | 'failed' | 'open';

export type AfterCanary =
  | { readonly do: 'put-back' }
  | { readonly do: 'wait'; readonly state: CanaryState; readonly nextInMs: number };

export function afterCanary(state: CanaryState, outcome: CanaryOutcome): AfterCanary {
  switch (outcome) {
    case 'succeeded': {
      const passed = state.passed + 1;
      // The next one follows at once: what has succeeded was a pause away from the last failure.
      return passed >= CANARIES_TO_PASS ? { do: 'put-back' } : { do: 'wait', state: { ...state, passed }, nextInMs: 0 };
    }
    case 'failed': {
      const pauseMs = Math.min(CANARY_PAUSE_MAX_MS, state.pauseMs * 2);
      return { do: 'wait', state: { passed: 0, pauseMs }, nextInMs: pauseMs };
    }
    case 'open':
      return { do: 'wait', state, nextInMs: state.pauseMs };
  }
}

/** A runner that is lost under an empty flow is none to trust, whatever ended it. */
const showsSickness = (code: string | undefined): boolean => code === 'RunnerLost' || isSickFault(code);

/** What a canary that is over says; undefined while it is under way. */
export function canaryOutcome(
  run: { readonly state: RunState; readonly gatewayId: GatewayId | null; readonly errorCode: string | undefined },
  of: GatewayId,
): CanaryOutcome | undefined {
  switch (run.state) {
    case 'succeeded':
      return run.gatewayId === of ? 'succeeded' : 'open';
    case 'failed':
      return run.gatewayId === of && showsSickness(run.errorCode) ? 'failed' : 'open';
    case 'cancelled':
    case 'timedOut':
    case 'uncertain':
      return 'open';
    default:
      return undefined;
  }
}

/** A connection whose account another member of the cluster has lately signed in for an unattended run. */
export interface CanaryAccount {
  readonly connectionId: ConnectionId;
  readonly lastFineAtMs: number;
  /** What this member, or a directory through any member, said last about the password as it is now; null: nothing. */
  readonly preflight: PreflightAnswer | null;
  /** The password as it is now, or its account, was refused to a run or a canary on this member. */
  readonly wasRefused: boolean;
}

/** Answers after which no password is tried: it was wrong, or one more wrong one could lock the account. */
const forbidding: ReadonlySet<PreflightAnswer> = new Set([
  'account-unknown',
  'not-permitted',
  'account-locked',
  'too-few-tries',
  'no-password',
  'cannot-open-sealed',
  'not-tried-again',
  'password-wrong',
  'password-expired',
  'account-expired',
]);

/** The one that was signed in last elsewhere; undefined when there is none whose password may be tried here. */
export function accountForCanary(accounts: readonly CanaryAccount[]): CanaryAccount | undefined {
  return accounts
    .filter(({ preflight, wasRefused }) => !wasRefused && (preflight === null || !forbidding.has(preflight)))
    .toSorted((a, b) => b.lastFineAtMs - a.lastFineAtMs || (a.connectionId < b.connectionId ? -1 : 1))[0];
}
