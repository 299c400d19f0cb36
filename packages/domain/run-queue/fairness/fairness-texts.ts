import type { Ageing, Fairness, Lane, Share } from './fairness.ts';

/** What each choice does, in one sentence: the same words on the cluster's page, in the command line and in reasons. */
export function sayAgeing(ageing: Ageing | null): string {
  if (ageing === null) return 'Runs of normal priority wait behind all runs of high priority.';
  return `A run of normal priority that has waited ${sayMinutes(ageing.afterMinutes)} ranks among the high ones, by its request time.`;
}

export function sayShare(share: Share | null): string {
  if (share === null) return 'Among runs of equal rank, whoever asked first goes first.';
  const { one, whose } = sharers[share.by];
  const first = `Among runs of equal rank, the ${one} with fewer runs at work in the cluster goes first`;
  return share.atMost === null
    ? `${first}.`
    : `${first}, and no ${one} has more than ${String(share.atMost)} at work at once: ${whose} next run waits.`;
}

export function sayLane(lane: Lane): string {
  const slots = lane.slots === 1 ? 'One slot of the cluster is' : `${String(lane.slots)} slots of the cluster are`;
  return `${slots} kept for ${namesOfLanes([lane])}.`;
}

export function sayLanes(lanes: readonly Lane[]): string {
  return lanes.length === 0 ? 'No slot is kept: any run takes any free slot.' : lanes.map(sayLane).join(' ');
}

/** What is switched on, a sentence each; none for a queue without fairness. */
export function sayFairness({ ageing, share, lanes }: Fairness): readonly string[] {
  return [
    ...(ageing === null ? [] : [sayAgeing(ageing)]),
    ...(share === null ? [] : [sayShare(share)]),
    ...lanes.map(sayLane),
  ];
}

/** What always holds beside it. */
export const TOP_IS_FIRST =
  'A run that somebody moved to the top comes first all the same, and is held back by none of this.';
/** How slots are counted. */
export const LANES_ARE_COUNTED =
  'Slots are counted over the gateways that can take runs now, without sessions of people, and one slot is always left to every run.';

export function namesOfLanes(lanes: readonly Lane[]): string {
  return lanes.map(nameOfLane).join(' and ');
}

function nameOfLane(lane: Lane): string {
  if (lane.for === 'high') return 'runs of high priority';
  return `runs of flows that usually take less than ${sayMinutes(lane.underMinutes)}`;
}

export const sharers = {
  user: { one: 'user', whose: 'their' },
  flow: { one: 'flow', whose: 'its' },
} as const satisfies Record<Share['by'], { readonly one: string; readonly whose: string }>;

export function sayMinutes(minutes: number): string {
  if (minutes % 60 === 0) return minutes === 60 ? 'one hour' : `${String(minutes / 60)} hours`;
  return minutes === 1 ? 'one minute' : `${String(minutes)} minutes`;
}
