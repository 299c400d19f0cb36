import type { GatewayId } from '@deskhand/domain/brand.ts';
import { declined } from '@deskhand/domain/placement/decline-memory.ts';
import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import { classKeyOf } from '../class-key.ts';
import type { AttemptOf, AttemptResult, StoredAttempt } from '../gateway-links.ts';
import { type Act, type Choose, type Context, facts, type Operation, type Operations } from './context.contract.ts';
import { runOf } from './run-operations.contract.ts';

const journals = ['journal-1', 'journal-2'];

const linkOf = (context: Context, choose: Choose, gatewayId: string) => ({
  gatewayId,
  linkNumber: (context.linkNumbers.get(gatewayId) ?? 0) + (choose.chance(0.1) ? choose.below(3) - 1 : 0),
});

/** The stored attempt and gateway of a run, mostly; else one that a late or mistaken gateway would name. */
async function attemptOf(context: Context, choose: Choose): Promise<AttemptOf> {
  const runId = runOf(context, choose);
  const [stored] = await context.stores.links.stored([runId]);
  const isRight = choose.chance(0.85);
  const gatewayId = (isRight ? stored?.gatewayId : null) ?? choose.of(context.gateways);
  const attempt = (stored?.attempt ?? 0) + (isRight ? 0 : choose.below(3) - 1);
  if (choose.chance(0.8)) return { runId, attempt, gatewayId };
  return { runId, attempt, gatewayId, linkNumber: linkOf(context, choose, gatewayId).linkNumber };
}

/** An operation on one attempt of one run. */
const onAttempt = (
  weight: number,
  name: string,
  act: (context: Context, choose: Choose, of: AttemptOf) => Pick<Act, 'act'> & { readonly detail?: string },
): Operation => ({
  weight,
  prepare: async (context, choose) => {
    const of = await attemptOf(context, choose);
    const { detail = '', ...made } = act(context, choose, of);
    return { says: `${name} ${JSON.stringify(of)} ${detail}`, ...made };
  },
});

const onGateway = (
  weight: number,
  name: string,
  act: (context: Context, choose: Choose, gatewayId: GatewayId) => Omit<Act, 'says'> & { readonly detail?: string },
): Operation => ({
  weight,
  prepare: (context, choose) => {
    const gatewayId = choose.chance(0.97) ? choose.of(context.gateways) : ('no-gateway' as GatewayId);
    const { detail = '', ...made } = act(context, choose, gatewayId);
    return { says: `${name} ${gatewayId} ${detail}`, ...made };
  },
});

/** A whole link, as the use cases open one. */
export async function linkUp(context: Context, gatewayId: string): Promise<unknown> {
  const { links } = context.stores;
  const identity = await links.identity(gatewayId);
  if (identity === undefined || identity.quarantined) return identity?.quarantined;
  const { confirmed, pending } = identity.numbers;
  const linkNumber = Math.max(confirmed, pending ?? 0) + 1;
  const prepared = await links.prepareLink(gatewayId, linkNumber, identity.numbers);
  const isConfirmed = await links.confirmLink(gatewayId, linkNumber);
  context.linkNumbers.set(gatewayId, linkNumber);
  const journalId = journals[0] ?? '';
  const journalPosition = 3;
  const link = {
    gatewayId,
    linkNumber,
    journalId,
    journalPosition,
    replica: 'one',
    version: '2',
    encryptedClusterKey: null,
  };
  return [identity, prepared?.commit, isConfirmed, await links.openLink({ ...link, facts: facts() })];
}

/** Null from a gateway of an older release. */
const positionBy = (choose: Choose): number | null => (choose.chance(0.2) ? null : choose.below(6));

function factsBy(choose: Choose) {
  return facts({
    version: 1 + choose.below(4),
    sessionLimit: 1 + choose.below(3),
    reportedPolicy: choose.of(['linux', 'virtual', 'multi-session']),
    canAttended: choose.chance(0.7),
    sessions: choose.chance(0.7)
      ? []
      : [
          {
            ...{ id: '7', user: 'user1', uid: 1_000, ours: false, runId: null, display: ':0', type: 'x11' as const },
            state: choose.of(['active', 'disconnected'] as const),
            locked: choose.of([true, false, 'unknown'] as const),
          },
        ],
  });
}

function linesBy(choose: Choose): readonly LogLine[] {
  const first = 1 + choose.below(8);
  const seqs = Array.from({ length: 1 + choose.below(5) }, (_, index) => first + index + choose.below(2));
  return [...new Set(seqs)].map((seq) => ({
    seq,
    at: '2026-01-01T00:00:00.000Z',
    level: choose.of(['info', 'info', 'warning', 'error'] as const),
    subflow: 'Main',
    line: seq,
    actionIndex: seq,
    action: 'Variables.SetVariable',
    durationMs: choose.of([1.5, null]),
    status: choose.of(['succeeded', 'failed', 'handled'] as const),
    message: choose.of([`line ${String(seq)}`, 'odd \0 \ud800', 'under_score']),
  }));
}

function resultBy(choose: Choose): AttemptResult {
  const state = choose.of(['succeeded', 'failed', 'cancelled', 'timedOut'] as const);
  return {
    state,
    outputs: choose.of([{}, { Total: 3, Text: 'a\0b' }]),
    error: state === 'failed' ? { code: 'runtime-error', message: 'The file is missing.\0' } : null,
    lastLogSeq: choose.below(5),
    logLinesLost: choose.below(3),
    phasesMs: {
      ...(choose.chance(0.5) ? { running: choose.below(5_000) } : {}),
      ...(choose.chance(0.5) ? { ending: choose.below(10_000) } : {}),
      ...(choose.chance(0.5) ? { ended: choose.below(20_000) } : {}),
    },
  };
}

const byRunId = (attempts: readonly StoredAttempt[]): readonly StoredAttempt[] =>
  attempts.toSorted((a, b) => (a.runId < b.runId ? -1 : 1));

/** What gateways say. */
export const gatewayOperations: Operations = {
  linkUp: { ...onGateway(6, 'links up', (context, _choose, id) => ({ act: () => linkUp(context, id) })), alone: true },
  identity: onGateway(1, 'identifies', ({ stores }, _choose, id) => ({ act: () => stores.links.identity(id) })),
  prepareLink: onGateway(1, 'prepares a link of', (context, choose, gatewayId) => {
    const pending = (context.linkNumbers.get(gatewayId) ?? 0) + choose.below(3);
    const chosenBy = { confirmed: pending - choose.below(2), pending: choose.chance(0.5) ? null : pending };
    return {
      detail: JSON.stringify({ pending, chosenBy }),
      act: async () => (await context.stores.links.prepareLink(gatewayId, pending, chosenBy))?.commit,
    };
  }),
  confirmLink: onGateway(1, 'confirms a link of', (context, choose, gatewayId) => {
    const { linkNumber } = linkOf(context, choose, gatewayId);
    const act = () => context.stores.links.confirmLink(gatewayId, linkNumber);
    return { detail: String(linkNumber), act };
  }),
  openLink: onGateway(2, 'opens the link of', (context, choose, gatewayId) => {
    const journal = { journalId: choose.of(journals), journalPosition: positionBy(choose) };
    const link = { ...linkOf(context, choose, gatewayId), ...journal, facts: factsBy(choose) };
    const encryptedClusterKey = choose.chance(0.8) ? null : 'new-key';
    const act = () => context.stores.links.openLink({ ...link, replica: 'two', version: '3', encryptedClusterKey });
    return { detail: JSON.stringify(link.linkNumber), act };
  }),
  closeLink: onGateway(3, 'closes the link of', (context, choose, gatewayId) => {
    const { linkNumber } = linkOf(context, choose, gatewayId);
    return { detail: String(linkNumber), act: () => context.stores.links.closeLink(gatewayId, linkNumber) };
  }),
  quarantine: onGateway(0.3, 'quarantines', ({ stores }, _choose, id) => ({
    act: () => stores.links.quarantine(id, 'a clone'),
  })),
  setFacts: onGateway(4, 'tells facts of', (context, choose, gatewayId) => {
    const told = factsBy(choose);
    const link = linkOf(context, choose, gatewayId);
    return { detail: JSON.stringify(told), act: () => context.stores.links.setFacts(link, told) };
  }),
  heartbeat: onGateway(3, 'heartbeat of', (context, choose, gatewayId) => {
    const progress = context.runs
      .filter(() => choose.chance(0.2))
      .map((runId) => ({ runId, attempt: 1 + choose.below(2), lastActionAgoMs: choose.below(30_000) }));
    const link = { ...linkOf(context, choose, gatewayId), replica: choose.of(['one', 'one', 'two']) };
    const fault = choose.chance(0.85) ? null : 'No space left on device';
    const wallClockMs = choose.of([null, context.nowMs(), context.nowMs() + 90_000, context.nowMs() - 86_400_000]);
    const signs = { journalFault: fault, journalPosition: positionBy(choose), wallClockMs };
    return { detail: JSON.stringify(signs), act: () => context.stores.links.heartbeat(link, signs, progress) };
  }),
  policyAndCapacity: onGateway(1, 'policy of', ({ stores }, _choose, id) => ({
    act: () => stores.links.policyAndCapacity(id),
  })),
  heldBy: onGateway(2, 'what is held by', ({ stores }, _choose, id) => ({
    act: async () => byRunId(await stores.links.heldBy(id)),
  })),
  openOffers: onGateway(2, 'open offers of', ({ stores }, _choose, id) => ({
    act: () => stores.links.openOffers(id),
    unordered: true,
  })),
  stored: {
    weight: 1,
    prepare: (context, choose) => {
      const ids = [runOf(context, choose), runOf(context, choose)];
      return { says: `stored ${ids.join(', ')}`, act: async () => byRunId(await context.stores.links.stored(ids)) };
    },
  },
  acquire: onAttempt(14, 'acquire', (context, choose, of) => {
    const journal = { journalId: choose.of(journals), position: positionBy(choose) };
    const { linkNumber } = linkOf(context, choose, of.gatewayId);
    const act = () => context.stores.links.acquire({ ...of, linkNumber }, journal);
    return { detail: `${JSON.stringify(journal)} over link ${String(linkNumber)}`, act };
  }),
  returnOffer: onAttempt(3, 'return', ({ stores }, choose, of) => {
    const event = choose.of(['decline', 'withdraw'] as const);
    return { detail: event, act: () => stores.links.returnOffer(of, event, 'No room') };
  }),
  rememberDecline: onGateway(3, 'remembers a decline of', ({ stores }, choose, gatewayId) => {
    const classKey = classKeyOf({
      machineUser: choose.of(['user1', 'user2']),
      mode: choose.of(['attended', 'unattended']),
      whenSessionBlocked: 'fail',
    });
    const decline = { classKey, because: declined('Not now\0'), factsVersion: choose.chance(0.5) ? null : 2 };
    return { detail: classKey, act: () => stores.links.rememberDecline(gatewayId, decline) };
  }),
  release: onAttempt(2, 'release', ({ stores }, _choose, of) => ({
    act: () => stores.links.release(of, 'Never started'),
  })),
  setPhase: onAttempt(10, 'phase', ({ stores }, choose, of) => {
    const phase = choose.of(['signingIn', 'downloading', 'running', 'running'] as const);
    const sinceMs = choose.of([0, 1_500, 3_600_000]);
    return { detail: `${phase} ${String(sinceMs)}`, act: () => stores.links.setPhase(of, phase, sinceMs) };
  }),
  addLog: onAttempt(6, 'log', ({ stores }, choose, of) => {
    const lines = linesBy(choose);
    const detail = lines.map((line) => line.seq).join(' ');
    return { detail, act: () => stores.links.addLog(of, lines) };
  }),
  addScreenshot: onAttempt(2, 'screenshot', ({ stores }, choose, of) => {
    const number = choose.of([1, 2, 3, 20, 21]);
    const shot = { number, caption: 'The desktop', png: Buffer.from([1, 2, number]) };
    return { detail: String(number), act: () => stores.links.addScreenshot(of, shot) };
  }),
  end: onAttempt(9, 'result', ({ stores }, choose, of) => {
    const result = resultBy(choose);
    return { detail: JSON.stringify(result), act: () => stores.links.end(of, result) };
  }),
  lose: onAttempt(3, 'lose', ({ stores }, choose, of) => {
    const holdsMachine = choose.chance(0.6);
    const error = { code: 'OutcomeUncertain', message: 'Nobody knows.' };
    return { detail: String(holdsMachine), act: () => stores.links.lose(of, error, { holdsMachine }) };
  }),
  settle: onAttempt(2, 'settle', ({ stores }, _choose, of) => ({ act: () => stores.links.settle(of) })),
  takeJournalState: onAttempt(3, 'take journal state', ({ stores }, choose, of) => {
    const [isRunning, journalId] = [choose.chance(0.5), choose.of(journals)];
    const ahead = { ...of, attempt: of.attempt + choose.below(4) - 1 };
    const act = () => stores.links.takeJournalState(ahead, journalId, isRunning);
    return { detail: `${String(ahead.attempt)} ${String(isRunning)}`, act };
  }),
};
