import type { Gateway } from '@deskhand/protocol/http/gateways.ts';

/** What is wrong with members of a cluster, in the word that stands beside each of them. */
export interface Trouble {
  readonly word: Gateway['health']['word'] | 'No gateway' | 'Advice';
  readonly names: readonly string[];
}

/** The gravest first; `Advice` is a machine that takes runs and still has something to put right. */
const gravity = [
  'No gateway',
  'Quarantined',
  'Offline',
  'Unreachable',
  'Set aside',
  'Needs attention',
  'Maintenance',
  'Disabled',
  'Starting',
  'Advice',
] as const satisfies readonly Trouble['word'][];

/** What keeps a cluster from taking every run; nothing when all is well. */
export function troublesOf(members: readonly Gateway[]): readonly Trouble[] {
  if (members.length === 0) return [{ word: 'No gateway', names: [] }];
  return gravity.flatMap((word) => {
    const names = members.filter((member) => wordOf(member) === word).map(({ name }) => name);
    return names.length === 0 ? [] : [{ word, names }];
  });
}

function wordOf({ health }: Gateway): Trouble['word'] {
  return health.word === 'Online' && health.advice.length > 0 ? 'Advice' : health.word;
}

/** Members of a cluster in the order in which they take over from one another. */
export const membersInOrder = (gateways: readonly Gateway[], clusterId: string): readonly Gateway[] =>
  gateways.filter((gateway) => gateway.clusterId === clusterId).toSorted((one, other) => one.order - other.order);
