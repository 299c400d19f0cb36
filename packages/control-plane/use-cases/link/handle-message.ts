import { assertNever, type GatewayId, type RunId } from '@deskhand/domain/brand.ts';
import { isClockOff } from '@deskhand/domain/gateway/clock-skew.ts';
import { declined } from '@deskhand/domain/placement/decline-memory.ts';
import { kindOfReason } from '@deskhand/domain/placement/reasons.ts';
import { isAcquired } from '@deskhand/domain/run/transitions.ts';
import { judgeMessage } from '@deskhand/domain/run/start-once.ts';
import type { WaitCode, WaitReason } from '@deskhand/domain/run-queue/snapshot.ts';
import type { GatewayMessage } from '@deskhand/protocol/link/messages.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import { classKeyOf } from '../../ports/class-key.ts';
import type { AttemptOf, ReachedPhase } from '../../ports/gateway-links.ts';
import { type LinkPorts, type OpenLink, type Replies, runChanged, runEnded } from './link-ports.ts';
import { memberAnswered } from '../connections/ask-members.ts';
import { questionReported } from '../negotiation/answers.ts';
import { noteEndOfUnknown } from './recovery.ts';

/** The messages of an open link; those that begin one are `connect` and `reconcile`. */
export type WorkMessage = Exclude<GatewayMessage, { type: 'hello' | 'linkConfirmed' | 'journal' | 'reconcile' }>;

const nothing: Replies = [];

/** One message of an open link, written down; answers what the gateway is told. Each may come twice and out of order. */
export async function handleMessage(ports: LinkPorts, link: OpenLink, message: WorkMessage): Promise<Replies> {
  switch (message.type) {
    case 'heartbeat':
      return await heartbeat(ports, link, message);
    case 'facts':
      await ports.store.setFacts(link, message.facts);
      ports.changes.publish({ kind: 'gateway', gatewayId: link.gatewayId });
      ports.wakeups.wake(link.clusterId);
      return nothing;
    case 'acquire':
      return await acquire(ports, link, message);
    case 'decline':
      return await decline(ports, link, message);
    case 'release':
      return await release(ports, link, message);
    case 'phase':
      return await phase(ports, link, message);
    case 'log':
      return await log(ports, link, message);
    case 'screenshot':
      return await screenshot(ports, link, message);
    case 'result':
      return await endAttempt(ports, link, message, []);
    case 'doctorReport':
      if (await ports.checks.answer(link.gatewayId, message.requestId, message.report))
        ports.changes.publish({ kind: 'gateway', gatewayId: link.gatewayId });
      return nothing;
    case 'preflightResult':
      await memberAnswered(ports, link.gatewayId, message);
      return nothing;
    case 'questionReport':
      await questionReported(ports, link.gatewayId, message);
      return nothing;
    default:
      return assertNever(message);
  }
}

type Of<Type extends WorkMessage['type']> = Extract<WorkMessage, { type: Type }>;

async function heartbeat(
  { store, links, wakeups, changes, replica }: LinkPorts,
  link: OpenLink,
  message: Of<'heartbeat'>,
): Promise<Replies> {
  const progress = message.progress.flatMap(({ runId, attempt, lastActionAgoMs }) =>
    lastActionAgoMs === null ? [] : [{ runId, attempt, lastActionAgoMs }],
  );
  const { isOpen, journalFaultChanged, journalAwaited, clockSkew } = await store.heartbeat(
    { ...link, replica },
    {
      journalFault: message.journalFault,
      journalPosition: message.journalPosition ?? null,
      wallClockMs: message.wallClockMs ?? null,
    },
    progress,
  );
  // Nobody was there to say so: the gateway linked elsewhere, was removed, or this server was taken for dead.
  if (!isOpen) links.close(link.gatewayId, link.linkNumber + 1);
  // Linked before another gateway showed that the database was set back: it reports its journal on its next link.
  if (journalAwaited) links.close(link.gatewayId);
  // A machine's clock decides nothing, so it wakes no planner; people see that it went wrong or is right again.
  const clockTurned = isClockOff(clockSkew.beforeMs) !== isClockOff(clockSkew.nowMs);
  if (journalFaultChanged || clockTurned) changes.publish({ kind: 'gateway', gatewayId: link.gatewayId });
  if (journalFaultChanged) wakeups.wake(link.clusterId);
  return nothing;
}

/** The commit that lets a gateway start. A repeated acquire gets the same order, whoever else asks is stale. */
async function acquire(ports: LinkPorts, link: OpenLink, message: Of<'acquire'>): Promise<Replies> {
  const of = attemptOf(link, message);
  if (message.journalId !== link.journalId) return stale(message);
  const { moved, stored, order } = await ports.store.acquire(
    { ...of, linkNumber: link.linkNumber },
    { journalId: link.journalId, position: message.journalPosition ?? null },
  );
  if (stored === null || order === null) return stale(message);
  const isRepeated =
    judgeMessage(stored, of) === 'current' &&
    isAcquired(stored.state) &&
    stored.journalId === link.journalId &&
    !stored.hasRun;
  if (!moved && !isRepeated) return stale(message);
  if (moved) {
    ports.changes.publish({ kind: 'run', runId: of.runId });
    ports.changes.publish({ kind: 'run-queue', clusterId: link.clusterId });
  }
  const acquired = { type: 'acquired', order } as const;
  // A cancel may have come between the acquire and its repetition.
  return stored.state === 'cancelling' ? [acquired, cancelMessage(message, stored.cancelBecause)] : [acquired];
}

function cancelMessage(
  { runId, attempt }: { runId: string; attempt: number },
  because: 'cancelled' | 'timedOut' | null,
): Replies[number] {
  return { type: 'cancel', runId, attempt, because: because ?? 'cancelled' };
}

async function decline(ports: LinkPorts, link: OpenLink, message: Of<'decline'>): Promise<Replies> {
  const of = attemptOf(link, message);
  const waiting = await ports.store.returnOffer(of, 'decline', message.because.message);
  if (waiting === undefined) return await staleUnlessCurrent(ports, of);
  await ports.store.rememberDecline(link.gatewayId, {
    classKey: classKeyOf(waiting),
    because: knownReason(message.because),
    factsVersion: message.factsVersion,
  });
  runChanged(ports, link, of.runId);
  return nothing;
}

/** A gateway's reason counts by its code; one that this server does not know is a decline in the gateway's own words. */
function knownReason(because: Of<'decline'>['because']): WaitReason {
  if (!(because.code in kindOfReason)) return declined(because.message);
  const code = because.code as WaitCode;
  return { code, kind: kindOfReason[code], message: because.message, remedy: because.remedy };
}

/** Never started, given back. Only the journal that acquired the attempt can know that. */
async function release(ports: LinkPorts, link: OpenLink, message: Of<'release'>): Promise<Replies> {
  const of = attemptOf(link, message);
  const [stored] = await ports.store.stored([message.runId]);
  if (stored === undefined || judgeMessage(stored, of) !== 'current') return stale(message);
  if (stored.journalId !== link.journalId || stored.hasRun) return nothing;
  const waiting = await ports.store.release(of, message.because);
  if (waiting === undefined) {
    // Given up before it was given back: it stays what people were told, and its account and slot are free.
    await ports.store.settle(of);
    runEnded(ports, link, of.runId);
    return nothing;
  }
  // It is asked again after a pause: what kept it from starting may last.
  const because = declined(message.because);
  await ports.store.rememberDecline(link.gatewayId, { classKey: classKeyOf(waiting), because, factsVersion: null });
  runChanged(ports, link, of.runId);
  return nothing;
}

async function phase(ports: LinkPorts, link: OpenLink, message: Of<'phase'>): Promise<Replies> {
  const of = attemptOf(link, message);
  if (!(await ports.store.setPhase(of, message.phase, message.sinceAcquireMs)))
    return await staleUnlessCurrent(ports, of);
  ports.changes.publish({ kind: 'run', runId: of.runId });
  return nothing;
}

async function log(ports: LinkPorts, link: OpenLink, message: Of<'log'>): Promise<Replies> {
  const of = attemptOf(link, message);
  const seq = await ports.store.addLog(of, message.lines);
  if (seq === undefined) return stale(message);
  ports.changes.publish({ kind: 'run-log', runId: of.runId, attempt: of.attempt, lastSeq: seq });
  return [{ type: 'logAck', runId: message.runId, attempt: message.attempt, seq }];
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

async function screenshot(ports: LinkPorts, link: OpenLink, message: Of<'screenshot'>): Promise<Replies> {
  const of = attemptOf(link, message);
  const png = Buffer.from(message.png, 'base64');
  // Browsers are shown these bytes, so nothing but a picture of a bearable size is kept.
  if (png.length > limits.SCREENSHOT_BYTES_MAX || !png.subarray(0, 8).equals(PNG_SIGNATURE)) return nothing;
  const added = await ports.store.addScreenshot(of, { number: message.number, caption: message.caption, png });
  if (added) ports.changes.publish({ kind: 'run', runId: of.runId });
  return nothing;
}

/** Acknowledged when it is written, and again each time it is repeated; `reached` are phases that came just before it. */
export async function endAttempt(
  ports: LinkPorts,
  link: OpenLink,
  message: Of<'result'>,
  reached: readonly ReachedPhase[],
): Promise<Replies> {
  const of = attemptOf(link, message);
  // Before the end, which is acknowledged: a report that could not be written comes again with the result.
  if (message.result.doctor !== undefined) await ports.checks.attach(of, message.result.doctor);
  const did = await ports.store.end(of, message.result, reached);
  if (did === 'foreign') {
    await noteEndOfUnknown(ports, link, message);
    return stale(message);
  }
  if (did !== 'known') runEnded(ports, link, of.runId);
  return [{ type: 'resultAck', runId: message.runId, attempt: message.attempt }];
}

function attemptOf(link: OpenLink, message: { readonly runId: string; readonly attempt: number }): AttemptOf {
  return { runId: message.runId as RunId, attempt: message.attempt, gatewayId: link.gatewayId as GatewayId };
}

function stale({ runId, attempt }: { readonly runId: string; readonly attempt: number }): Replies {
  return [{ type: 'stale', runId, attempt }];
}

/** A message that changed nothing: repeated or overtaken when the attempt is the stored one, else its work must end. */
async function staleUnlessCurrent({ store }: LinkPorts, of: AttemptOf): Promise<Replies> {
  const [stored] = await store.stored([of.runId]);
  return judgeMessage(stored ?? null, of) === 'current' ? nothing : stale(of);
}
