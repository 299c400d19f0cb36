import type { WaitCode, WaitReason } from '../run-queue/snapshot.ts';

/** An answer of a rule: yes, or no with the reason as data. */
export type Verdict = { readonly ok: true } | { readonly ok: false; readonly because: WaitReason };

export const yes: Verdict = { ok: true };

export function no(because: WaitReason): Verdict {
  return { ok: false, because };
}

/** Which kind of answer a code is. Only a session rule may end a run; everything else waits (DESIGN §6). */
export const kindOfReason = {
  'no-members': 'availability',
  'gateway-offline': 'availability',
  'gateway-disabled': 'availability',
  'gateway-quarantined': 'availability',
  'gateway-in-maintenance': 'availability',
  'gateway-set-aside': 'availability',
  'canary-elsewhere': 'order',
  'journal-awaited': 'availability',
  'facts-missing': 'availability',
  'mode-not-supported': 'availability',
  'not-primary': 'order',
  'no-free-slot': 'capacity',
  'user-busy': 'busy-user',
  'no-add-on': 'add-ons',
  'session-exists-single': 'session-rule',
  'session-exists-multi': 'session-rule',
  'cannot-create-session': 'session-rule',
  'attended-not-signed-in': 'session-rule',
  'attended-not-active': 'session-rule',
  'attended-locked': 'session-rule',
  'attended-wayland': 'session-rule',
  'virtual-other-account': 'session-rule',
  declined: 'decline',
  'behind-earlier-run': 'order',
  'share-used': 'order',
  'lane-reserved': 'capacity',
} as const satisfies Record<WaitCode, WaitReason['kind']>;

/** The only maker of reasons, so that a code and its kind never disagree. */
export function reason(code: WaitCode, message: string, remedy: string): WaitReason {
  return { code, kind: kindOfReason[code], message, remedy };
}

/** How near to starting each code is: the greatest number is the last thing that must change. */
const nearness = {
  'behind-earlier-run': 90,
  'lane-reserved': 88,
  'share-used': 86,
  'no-free-slot': 80,
  'user-busy': 70,
  'no-add-on': 60,
  declined: 50,
  'cannot-create-session': 40,
  'attended-locked': 40,
  'attended-not-active': 40,
  'session-exists-multi': 40,
  'session-exists-single': 40,
  'attended-wayland': 38,
  'attended-not-signed-in': 37,
  'virtual-other-account': 36,
  'mode-not-supported': 30,
  'facts-missing': 28,
  'journal-awaited': 25,
  'gateway-offline': 20,
  'gateway-in-maintenance': 18,
  'gateway-set-aside': 17,
  'gateway-disabled': 15,
  'gateway-quarantined': 14,
  'not-primary': 10,
  'canary-elsewhere': 5,
  'no-members': 0,
} as const satisfies Record<WaitCode, number>;

const noMembers = reason(
  'no-members',
  'This cluster has no gateway.',
  'An admin can enrol a gateway on a machine and add it to this cluster.',
);

/** The one answer to show in a line: the nearest to starting; among equals the first, which is the lowest in order. */
export function foremostOf(answers: readonly WaitReason[]): WaitReason {
  let best: WaitReason | undefined;
  for (const answer of answers) if (best === undefined || nearness[answer.code] > nearness[best.code]) best = answer;
  return best ?? noMembers;
}
