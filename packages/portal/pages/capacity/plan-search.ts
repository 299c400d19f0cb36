import type { PlanChanges } from '@deskhand/protocol/http/capacity.ts';
import type { OperationInput } from '@deskhand/protocol/http/client.ts';
import type { Routes } from '@deskhand/protocol/http/routes.ts';
import { readDuration } from '../../forms/read-duration.ts';
import { fairnessOptionsOf, readFairness } from './plan-fairness.ts';

export type PlanBody = OperationInput<Routes['planCapacity']>['body'];

/** A plan in the address, each part a text as it was typed. */
export interface PlanSearch {
  readonly cluster?: string;
  /** Days of history. */
  readonly days?: string;
  readonly members?: string;
  readonly slots?: string;
  readonly addOns?: string;
  readonly spread?: string;
  readonly toggle?: string;
  readonly perFlow?: string;
  /** All of it, as `writeFairness` has it; left out it is that of the cluster. */
  readonly fairness?: string;
  readonly enough?: string;
}

export const planKeys = [
  'cluster',
  'days',
  'members',
  'slots',
  'addOns',
  'spread',
  'toggle',
  'perFlow',
  'fairness',
  'enough',
] as const;
export const historyDays = ['7', '14', '30'] as const;
const DAYS_DEFAULT = '14';
const DAY_MS = 86_400_000;
const SPREAD_MAX_MS = DAY_MS;

export type PlanProblems = Partial<Record<'members' | 'slots' | 'addOns' | 'spread', string>>;

/** What is asked of the server, or what of the form is no answer to its question. */
export function bodyOf(
  search: PlanSearch,
  nowMs: number,
): { readonly body: PlanBody; readonly problems: PlanProblems } {
  const problems: Partial<Record<keyof PlanProblems, string>> = {};
  const whole = (key: 'members' | 'slots' | 'addOns', from: number, to: number): number | undefined => {
    const text = search[key];
    if (text === undefined) return undefined;
    const number = Number(text);
    if (Number.isInteger(number) && number >= from && number <= to) return number;
    problems[key] = `A whole number from ${from} to ${to}.`;
    return undefined;
  };
  const [members, slots] = [whole('members', -64, 64), whole('slots', 1, 500)];
  const addOns = search.addOns === 'unlimited' ? null : whole('addOns', 0, 100_000);
  const spreadMs = search.spread === undefined ? undefined : readDuration(search.spread);
  if (spreadMs === null || (spreadMs ?? 0) > SPREAD_MAX_MS)
    problems.spread = 'A length of time up to a day: 30m or 2h.';
  const fairness = readFairness(search.fairness ?? '');
  const changes: PlanChanges = {
    ...(members === undefined || members === 0 ? {} : { members }),
    ...(slots === undefined ? {} : { slots }),
    ...(addOns === undefined ? {} : { addOns }),
    ...(spreadMs ? { spreadMs } : {}),
    ...(search.toggle === 'on' || search.toggle === 'off' ? { runOnAllGateways: search.toggle === 'on' } : {}),
    ...(search.perFlow === 'yes' ? { accountPerFlow: true } : {}),
    ...(fairness === null ? {} : { fairness: { ...fairness, lanes: [...fairness.lanes] } }),
  };
  const days = Number(search.days ?? DAYS_DEFAULT);
  const from = new Date(nowMs - (historyDays.includes(String(days) as '7') ? days : 14) * DAY_MS).toISOString();
  return { body: { from, changes, enough: search.enough === 'yes' }, problems };
}

/** The same question for the command line. */
export function planCommandOf({
  cluster,
  members,
  slots,
  addOns,
  spread,
  toggle,
  perFlow,
  fairness: written,
  enough,
}: PlanSearch): string {
  const fairness = readFairness(written ?? '');
  const said: readonly (readonly [string, string | undefined])[] = [
    ['--members', members],
    ['--slots', slots],
    ['--add-ons', addOns],
    ['--spread', spread?.replaceAll(' ', '')],
    ['--run-on-all-gateways', toggle === undefined ? undefined : toggle === 'on' ? 'yes' : 'no'],
  ];
  return [
    'deskhand gateway-clusters plan',
    cluster,
    ...said.flatMap(([option, value]) => (value === undefined ? [] : [option, value])),
    ...(perFlow === 'yes' ? ['--account-per-flow'] : []),
    ...(fairness === null ? [] : fairnessOptionsOf(fairness)),
    ...(enough === 'yes' ? ['--enough'] : []),
  ].join(' ');
}
