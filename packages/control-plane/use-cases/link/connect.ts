import { judgeMemory, type MemoryJudgement, type SeenOfDatabase } from '@deskhand/domain/gateway/database-memory.ts';
import { judgeConnect, type LinkNumbers, nextLinkNumber } from '@deskhand/domain/gateway/link-number.ts';
import type { LinkIdentity } from '../../ports/gateway-links.ts';
import { done, type Outcome, refuse } from '../../ports/outcome.ts';
import { type ConfirmedNumbers, createConfirmedNumbers } from './confirmed-numbers.ts';
import { beginRecovery } from './recovery.ts';
import type { LinkPorts, OpenLink } from './link-ports.ts';
import { quarantine } from './quarantine.ts';
import { closeLinks } from './reach-gateway.ts';

export interface Welcome {
  readonly linkNumber: number;
  readonly epoch: string;
  readonly commit: number;
  readonly identity: LinkIdentity;
  /** The gateway sends its whole journal before it reconciles. */
  readonly wantsJournal: boolean;
}
const nothingSeen: SeenOfDatabase = { epoch: null, commit: 0 };

/** Who says hello; the proof of its key is judged before anything is believed. */
export async function identify({ store }: LinkPorts, gatewayId: string): Promise<Outcome<LinkIdentity>> {
  const identity = await store.identity(gatewayId);
  if (identity === undefined) return refuse('link-identity-unknown');
  return identity.quarantined ? refuse('link-quarantined') : done(identity);
}

/** When the link was begun, by the counting of what this server knows; null judges as if all had been known before. */
export interface Greeting {
  readonly numbersKnown: ConfirmedNumbers;
  readonly begunAt: number | null;
}

/** Connects of one gateway at the same moment, here and at other servers, before it is told to come again. */
const CONNECT_TRIES_MAX = 8;

/**
 * After the proof: the link's number, or quarantine for a copy or a machine that was rolled back (§7.5). A number that
 * another server gave out meanwhile is judged by anew, so two copies that come at once never get the same one.
 */
export async function connect(
  ports: LinkPorts,
  proven: LinkIdentity,
  presented: number,
  seen: SeenOfDatabase = nothingSeen,
  { numbersKnown, begunAt }: Greeting = { numbersKnown: createConfirmedNumbers(), begunAt: null },
): Promise<Outcome<Welcome>> {
  const memory = judgeMemory(seen, proven.database);
  if (memory === 'set-back') await beginRecovery(ports, proven.name);
  let identity = proven;
  for (let tries = 0; tries < CONNECT_TRIES_MAX; tries += 1) {
    const numbers = numbersBeside(identity.numbers, presented, memory);
    const { gatewayId } = identity;
    numbersKnown.learn(gatewayId, numbers.confirmed);
    const judged = judgeConnect(presented, numbers, identity.isLinked);
    if (judged.verdict === 'quarantine' && judged.because === 'older-link-number') {
      const isLate = begunAt !== null && !numbersKnown.wasKnown(gatewayId, numbers.confirmed, begunAt);
      if (isLate) throw new Error(`The hello of gateway ${gatewayId} came after a newer link was confirmed.`);
    }
    if (judged.verdict === 'quarantine') {
      await quarantine(ports, identity, judged.message);
      return refuse('link-quarantined');
    }
    const linkNumber = nextLinkNumber(numbers);
    const prepared = await ports.store.prepareLink(identity.gatewayId, linkNumber, identity.numbers);
    const wantsJournal = identity.journalAwaited || memory !== 'in-step';
    if (prepared !== undefined) return done({ linkNumber, ...prepared, identity, wantsJournal });
    const again = await identify(ports, identity.gatewayId);
    if (!again.ok) return again;
    identity = again.value;
  }
  throw new Error(`The link numbers of gateway ${proven.gatewayId} changed at every try to give it one.`);
}

/** A database that was set back has forgotten the numbers of the links since; only the gateway knows the last of them. */
function numbersBeside(numbers: LinkNumbers, presented: number, memory: MemoryJudgement): LinkNumbers {
  if (memory === 'in-step') return numbers;
  return { ...numbers, pending: Math.max(numbers.pending ?? numbers.confirmed, presented) };
}

/** The gateway has fsynced the number: an older link of it, wherever it is open, is ended. False when this one is older. */
export async function confirm(ports: LinkPorts, gatewayId: string, linkNumber: number): Promise<boolean> {
  const isNewest = await ports.store.confirmLink(gatewayId, linkNumber);
  if (isNewest) closeLinks(ports, gatewayId, linkNumber);
  return isNewest;
}

/** The link broke. Nothing is ended: the gateway goes on with what it holds (§7.4). */
export async function disconnected({ store, changes, wakeups }: LinkPorts, link: OpenLink): Promise<void> {
  if (!(await store.closeLink(link.gatewayId, link.linkNumber))) return;
  changes.publish({ kind: 'gateway', gatewayId: link.gatewayId });
  changes.publish({ kind: 'run-queue', clusterId: link.clusterId });
  wakeups.wake(link.clusterId);
}
