import type { Fairness, Lane } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import type { GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import { type Call, text, texts } from '../../command.ts';
import { usageFailure } from '../../terminal/errors.ts';
import { parseDuration } from '../../terminal/time.ts';

export const fairnessOptions = [
  { syntax: '--ageing <time>', description: 'when a normal run ranks among the high ones; or off' },
  { syntax: '--share <whose>', description: 'who has fewer runs at work goes first', choices: ['user', 'flow', 'off'] },
  { syntax: '--share-at-most <count>', description: 'nobody has more runs at work at once; or off' },
  {
    syntax: '--lane <lane>',
    description: 'slots kept for high runs, or for short ones: high=1, short=2:5m, high=0',
    repeated: true,
  },
] as const;

const MINUTE_MS = 60_000;

export const asksFairness = (call: Call): boolean =>
  ['ageing', 'share', 'shareAtMost'].some((option) => text(call, option) !== undefined) ||
  texts(call, 'lane').length > 0;

/** The fairness that the options ask for, on top of what the cluster has; undefined when none of them was given. */
export function fairnessFrom(call: Call, now: Fairness): GatewayCluster['fairness'] | undefined {
  if (!asksFairness(call)) return undefined;
  const [ageing, share, atMost] = [text(call, 'ageing'), text(call, 'share'), text(call, 'shareAtMost')];
  const kept = texts(call, 'lane').map(laneFrom);
  const others = now.lanes.filter((lane) => !kept.some((one) => one.for === lane.for));
  return {
    ageing: ageing === undefined ? now.ageing : ageing === 'off' ? null : { afterMinutes: minutesFrom(ageing) },
    share: shareFrom({ by: share, atMost }, now.share),
    lanes: [...others, ...kept].filter((lane) => lane.slots > 0).toSorted((a, b) => (a.for < b.for ? -1 : 1)),
  };
}

function shareFrom(
  { by, atMost }: { readonly by: string | undefined; readonly atMost: string | undefined },
  now: Fairness['share'],
): Fairness['share'] {
  if (by === 'off') return null;
  const whose = by === 'user' || by === 'flow' ? by : now?.by;
  if (whose === undefined) {
    if (atMost === undefined) return null;
    throw usageFailure('Whose runs are counted is not said.', '--share user or --share flow');
  }
  if (atMost === undefined) return { by: whose, atMost: now?.atMost ?? null };
  return { by: whose, atMost: atMost === 'off' ? null : countFrom(atMost, '--share-at-most 2 or off') };
}

function laneFrom(written: string): Lane {
  const [, kind, slots = '', under] = /^(high|short)=(\d+)(?::(.+))?$/.exec(written) ?? [];
  const how = '--lane high=1, or --lane short=1:5m';
  if (kind === 'high' && under === undefined) return { for: 'high', slots: countFrom(slots, how) };
  if (kind === 'short' && slots === '0') return { for: 'short', slots: 0, underMinutes: 1 };
  if (kind === 'short' && under !== undefined)
    return { for: 'short', slots: countFrom(slots, how), underMinutes: minutesFrom(under) };
  throw usageFailure(`"${written}" is not a lane.`, how);
}

function minutesFrom(written: string): number {
  const ms = parseDuration(written);
  if (ms === undefined || ms % MINUTE_MS !== 0)
    throw usageFailure(`"${written}" is not a time in whole minutes.`, '30m, 2h or 1h30m');
  return ms / MINUTE_MS;
}

function countFrom(written: string, how: string): number {
  const count = Number(written);
  if (!Number.isInteger(count) || count < 0) throw usageFailure(`"${written}" is not a number.`, how);
  return count;
}
