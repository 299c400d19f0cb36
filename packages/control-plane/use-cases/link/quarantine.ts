import { type AskedFor, judgeJournal, type PresentedJournal } from '@deskhand/domain/gateway/journal-position.ts';
import type { StoredAttempt } from '../../ports/gateway-links.ts';
import type { LinkPorts, OpenLink } from './link-ports.ts';
import { closeLinks } from './reach-gateway.ts';

/** One identity was used from two places, or went back in time: until an admin enrols it anew it is not spoken with. */
export async function quarantine(
  ports: LinkPorts,
  { gatewayId, clusterId }: Pick<OpenLink, 'gatewayId' | 'clusterId'>,
  because: string,
): Promise<void> {
  await ports.store.quarantine(gatewayId, because);
  // Nobody can tell which of the two is the copy, so neither stays.
  closeLinks(ports, gatewayId);
  ports.changes.publish({ kind: 'gateway', gatewayId });
  ports.wakeups.wake(clusterId);
}

/** A link that begins, and the journal behind it. */
export interface BeginningLink extends OpenLink {
  readonly journalPosition: number | null;
  readonly journalKnows: PresentedJournal['knows'];
}

/**
 * Quarantines a gateway whose journal is not the one that was heard of; answers whether it is not. What it does not know
 * of may have been started since, so no absence from it proves anything.
 */
export async function quarantineWhenBehind(
  ports: LinkPorts,
  link: BeginningLink,
  attempts: Iterable<StoredAttempt>,
): Promise<boolean> {
  // Asked last: while this link is still the newest, all that is known was told over it and over older ones, before.
  const identity = await ports.store.identity(link.gatewayId);
  if (identity?.numbers.confirmed !== link.linkNumber) return false;
  const { journalId, journalPosition: position, journalKnows: knows } = link;
  const judged = judgeJournal({ journalId, position, knows }, identity.journal, [...attempts].flatMap(askedFor));
  if (judged.verdict === 'accept') return false;
  await quarantine(ports, link, judged.message);
  return true;
}

const askedFor = ({ journalId, journalPosition: position, runId, attempt }: StoredAttempt): readonly AskedFor[] =>
  journalId === null ? [] : [{ journalId, position, runId, attempt }];
