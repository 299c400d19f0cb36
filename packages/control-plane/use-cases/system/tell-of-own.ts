import type { Change, ChangeFeed } from '../../ports/changes.ts';

/** So many ids of the greatest length still fit into what goes to other servers. */
export const PEOPLE_TOLD_MAX = 100;

export interface TellPorts {
  readonly changes: Pick<ChangeFeed, 'publish'>;
}

type Own = Extract<Change, { kind: 'own-changed' }>;

/** Pages of those who may see it, and of those who could until now, ask again. */
export function tellOfOwn({ changes }: TellPorts, own: Omit<Own, 'kind'>): void {
  const people = [...new Set(own.people)];
  // Of something that so many share everybody asks again, and learns nothing from being told to.
  if (people.length > PEOPLE_TOLD_MAX) changes.publish({ kind: 'reload' });
  else changes.publish({ kind: 'own-changed', what: own.what, id: own.id, people });
}
