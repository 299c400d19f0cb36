import { type AfterCanary, CANARIES_TO_PASS, type CanaryOutcome } from './canary.ts';
import type { SicknessFigures } from './sickness.ts';

/** What is written into the history of a gateway. */
export const sicknessEvents = [
  'set-aside',
  'kept-although-sick',
  'canary-began',
  'canary-succeeded',
  'canary-failed',
  'canary-open',
  'canary-impossible',
  'put-back',
] as const;
export type SicknessEvent = (typeof sicknessEvents)[number];

const share = (some: number, all: number): string => `${String(some)} of ${String(all)}`;

/** Why a member was set aside, with the figures it was compared by. */
export function whySetAside({ faults, runs, peerFaults, peerRuns }: SicknessFigures): string {
  const own = `${share(faults, runs)} of its last unattended runs failed at sign-in, session or runner start`;
  return `${own}; on the other gateways ${share(peerFaults, peerRuns)} did.`;
}

export function whyKept({ faults, runs, peerRuns }: SicknessFigures): string {
  const own = `${share(faults, runs)} of its last unattended runs failed at sign-in, session or runner start`;
  const because = peerRuns === 0 ? 'there is no other gateway to compare it with' : 'too few others are well';
  return `${own}. It still takes runs, because ${because}.`;
}

export const SET_ASIDE_BY_HAND = 'An admin of the cluster set it aside.';
export const CANARIES_PASSED = `${String(CANARIES_TO_PASS)} canary sign-ins in a row succeeded.`;
export const PUT_BACK_BY_HAND = 'An admin of the cluster put it back.';
export const NO_ACCOUNT_TO_TRY =
  'No account that another gateway signed in lately may be tried here, so it has to be put back by hand.';

/** How a canary ended, and what comes next. */
export function canaryText(outcome: CanaryOutcome, after: AfterCanary, errorCode: string | undefined): string {
  switch (outcome) {
    case 'succeeded': {
      const passed = after.do === 'put-back' ? CANARIES_TO_PASS : after.state.passed;
      return `Sign-in, session and runner start succeeded: ${share(passed, CANARIES_TO_PASS)} in a row.`;
    }
    case 'failed':
      return `It failed with ${errorCode ?? 'no error'}${nextIn(after)}`;
    case 'open':
      return `It did not come to an end that says anything about the machine${nextIn(after)}`;
  }
}

const nextIn = (after: AfterCanary): string =>
  after.do === 'put-back' ? '.' : `; the next one follows in ${String(Math.round(after.nextInMs / 60_000))} minutes.`;
