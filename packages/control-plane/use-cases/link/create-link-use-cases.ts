import type { SeenOfDatabase } from '@deskhand/domain/gateway/database-memory.ts';
import type { AttemptReport, JournalEntryReport, ServerMessage } from '@deskhand/protocol/link/messages.ts';
import type { MachineFacts } from '@deskhand/domain/session/machine.ts';
import type { LinkIdentity } from '../../ports/gateway-links.ts';
import type { Outcome } from '../../ports/outcome.ts';
import { createConfirmedNumbers } from './confirmed-numbers.ts';
import { confirm, connect, disconnected, identify, type Welcome } from './connect.ts';
import type { WorkMessage } from './handle-message.ts';
import { handleMessages } from './handle-messages.ts';
import { sendQuestionHere } from '../connections/ask-members.ts';
import type { LinkPorts, OpenLink, Replies } from './link-ports.ts';
import type { BeginningLink } from './quarantine.ts';
import { type AnsweredAttempt, reconcileLink } from './reconcile.ts';
import { journalReported, nameUnknown, takeJournal } from './recovery.ts';

export interface Reconcile {
  readonly attempts: readonly AttemptReport[];
  readonly facts: MachineFacts;
  readonly version: string;
  /** The version of the link that was agreed on; absent where it is the oldest. */
  readonly linkVersion?: number;
  readonly encryptedClusterKey: string | null;
  /** Missing from a gateway of the release before, as is the next. */
  readonly journalPosition?: number;
  readonly asked?: readonly { readonly runId: string; readonly attempt: number }[];
  /** The gateway was asked for its whole journal, page by page or, where it is an older one, within this. */
  readonly journalWasWanted?: boolean;
  /** Something of it is still to be taken over: nothing is offered before, and the gateway tells it once more. */
  readonly journalIsLeft?: boolean;
}

/** The server's side of every link, without a socket. */
export interface LinkUseCases {
  identify(gatewayId: string): Promise<Outcome<LinkIdentity>>;
  /** What is known at the begin of a link, for its `connect`. */
  begin(): number;
  /** Rejects when the hello is late and a newer link stands: its gateway comes again, or has come already. */
  connect(
    identity: LinkIdentity,
    presented: number,
    seen?: SeenOfDatabase,
    begunAt?: number,
  ): Promise<Outcome<Welcome>>;
  /** False when a newer link was confirmed before, here or at another server. */
  confirm(gatewayId: string, linkNumber: number): Promise<boolean>;
  /**
   * A page of the whole journal, which comes before `reconcile` when the database was set back. False when not all of it
   * could be taken over.
   */
  takeJournal(link: OpenLink, entries: readonly JournalEntryReport[]): Promise<boolean>;
  /**
   * Carries out every verdict, then opens the link for work; undefined when a newer link has taken over meanwhile, or the
   * gateway turned out to be a copy and is quarantined.
   */
  reconcile(link: OpenLink, report: Reconcile): Promise<readonly AnsweredAttempt[] | undefined>;
  /** Messages of an open link, in the order in which they came. */
  handle(link: OpenLink, messages: readonly WorkMessage[]): Promise<Replies>;
  disconnected(link: OpenLink): Promise<void>;
  /** Sends what waits for a gateway whose link is held here: open offers and cancels. */
  sendWaiting(gatewayId: string): Promise<void>;
}

export function createLinkUseCases(ports: LinkPorts): LinkUseCases {
  const numbersKnown = createConfirmedNumbers();
  const useCases: LinkUseCases = {
    identify: (gatewayId) => identify(ports, gatewayId),
    begin: () => numbersKnown.now(),
    connect: (identity, presented, seen, begunAt) =>
      connect(ports, identity, presented, seen, { numbersKnown, begunAt: begunAt ?? null }),
    confirm: async (gatewayId, linkNumber) => {
      const isNewest = await confirm(ports, gatewayId, linkNumber);
      if (isNewest) numbersKnown.learn(gatewayId, linkNumber);
      return isNewest;
    },
    takeJournal: (link, entries) => takeJournal(ports, link, entries),
    reconcile: async (link, report) => {
      if (report.journalWasWanted === true) await nameUnknown(ports, link, report.attempts);
      const { facts, version, linkVersion = 1, encryptedClusterKey, journalPosition = null } = report;
      const answers = await reconcileLink(
        ports,
        { ...link, journalPosition, journalKnows: knownBy(report) },
        report.attempts,
      );
      if (answers === undefined) return undefined;
      const opened = { ...link, journalPosition, replica: ports.replica, facts, version, linkVersion };
      if (!(await ports.store.openLink({ ...opened, encryptedClusterKey }))) return undefined;
      if (report.journalIsLeft !== true) await journalReported(ports, link.gatewayId);
      ports.changes.publish({ kind: 'gateway', gatewayId: link.gatewayId });
      ports.changes.publish({ kind: 'run-queue', clusterId: link.clusterId });
      ports.wakeups.wake(link.clusterId);
      return answers;
    },
    handle: (link, messages) => handleMessages(ports, link, messages),
    disconnected: (link) => disconnected(ports, link),
    sendWaiting: (gatewayId) => sendWaiting(ports, gatewayId),
  };
  ports.changes.onNudge((nudge) => {
    switch (nudge.kind) {
      case 'unlink':
        return ports.links.close(nudge.gatewayId, nudge.olderThan ?? undefined);
      case 'send':
        if (nudge.message !== undefined) ports.links.send(nudge.gatewayId, nudge.message);
        // A fault here is mended by the sweep, which takes an unanswered offer back.
        else void useCases.sendWaiting(nudge.gatewayId).catch(() => undefined);
        return;
      case 'preflight':
        // What is lost counts as unanswered after a while.
        void sendQuestionHere(ports, nudge.gatewayId, nudge.roundId).catch(() => undefined);
    }
    // What a server of a later release may ask is passed over.
  });
  return useCases;
}

async function sendWaiting({ store, links }: LinkPorts, gatewayId: string): Promise<void> {
  const [offers, held] = await Promise.all([store.openOffers(gatewayId), store.heldBy(gatewayId)]);
  const cancels = held.filter((one) => one.state === 'cancelling');
  if (offers.length + cancels.length === 0) return;
  const { policy, capacity } = await store.policyAndCapacity(gatewayId);
  const messages: ServerMessage[] = [
    ...offers.map((offer) => ({ type: 'offer' as const, ...offer, policy, capacity })),
    ...cancels.map(({ runId, attempt, cancelBecause }) => ({
      type: 'cancel' as const,
      runId,
      attempt,
      because: cancelBecause ?? 'cancelled',
    })),
  ];
  for (const message of messages) if (!links.send(gatewayId, message)) return;
}

/**
 * What the journal has entries of: what was asked for, and what was begun. After a restore nothing is proven by it: what
 * the database holds again may have been settled, and forgotten, since the backup.
 */
function knownBy({ attempts, asked, journalWasWanted }: Reconcile): BeginningLink['journalKnows'] {
  if (asked === undefined || journalWasWanted === true) return null;
  const known = new Set([...attempts, ...asked].map(({ runId, attempt }) => `${runId}/${String(attempt)}`));
  return ({ runId, attempt }) => known.has(`${runId}/${String(attempt)}`);
}
