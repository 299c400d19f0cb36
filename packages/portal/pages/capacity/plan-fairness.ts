import { type Fairness, type Lane, NO_FAIRNESS } from '@deskhand/domain/run-queue/fairness/fairness.ts';

/** The whole fairness of a plan as it stands in the address: `ageing-30,share-user-2,high-1,short-2-5`, or `none`. */
export function writeFairness({ ageing, share, lanes }: Fairness): string {
  const parts = [
    ...(ageing === null ? [] : [`ageing-${ageing.afterMinutes}`]),
    ...(share === null ? [] : [['share', share.by, ...(share.atMost === null ? [] : [share.atMost])].join('-')]),
    ...lanes.map((lane) => [lane.for, lane.slots, ...(lane.for === 'short' ? [lane.underMinutes] : [])].join('-')),
  ];
  return parts.length === 0 ? 'none' : parts.join(',');
}

const part =
  /^(?:ageing-(?<ageing>\d+)|share-(?<by>user|flow)(?:-(?<atMost>\d+))?|high-(?<high>\d+)|short-(?<short>\d+)-(?<under>\d+))$/;

/** Null for a text that no plan was written as. */
export function readFairness(text: string): Fairness | null {
  if (text === 'none') return NO_FAIRNESS;
  let fairness = NO_FAIRNESS;
  for (const written of text.split(',')) {
    const said = part.exec(written)?.groups;
    if (said === undefined) return null;
    fairness = withPart(fairness, said);
  }
  return fairness;
}

function withPart(fairness: Fairness, said: Readonly<Record<string, string | undefined>>): Fairness {
  const { ageing, by, atMost, high, short, under } = said;
  if (ageing !== undefined) return { ...fairness, ageing: { afterMinutes: Number(ageing) } };
  if (by === 'user' || by === 'flow')
    return { ...fairness, share: { by, atMost: atMost === undefined ? null : Number(atMost) } };
  const lane: Lane =
    high === undefined
      ? { for: 'short', slots: Number(short), underMinutes: Number(under) }
      : { for: 'high', slots: Number(high) };
  return { ...fairness, lanes: [...fairness.lanes, lane] };
}

/** The same for the command line, where each option goes on top of what the cluster has: so all of them are said. */
export function fairnessOptionsOf({ ageing, share, lanes }: Fairness): readonly string[] {
  const high = lanes.find((lane) => lane.for === 'high');
  const short = lanes.find((lane) => lane.for === 'short');
  return [
    ...['--ageing', ageing === null ? 'off' : `${ageing.afterMinutes}m`],
    ...['--share', share?.by ?? 'off'],
    ...(share === null ? [] : ['--share-at-most', String(share.atMost ?? 'off')]),
    ...['--lane', `high=${high?.slots ?? 0}`],
    ...['--lane', short === undefined ? 'short=0' : `short=${short.slots}:${short.underMinutes}m`],
  ];
}
