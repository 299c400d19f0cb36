import type { GatewayId } from '@deskhand/domain/brand.ts';
import type { JournalOnlyPlace, JournalOnlyRun } from '../recovery.ts';
import { audit, type Choose, type Context, type Operations } from './context.contract.ts';
import { hash, made, severalCalls, simple } from './object-operations.contract.ts';

const replicas = ['one', 'two', 'three'];
const SILENT_MS = 10_000;

const attemptOf = (context: Context, choose: Choose) => ({
  runId: choose.of(['lost-1', 'lost-2', ...context.runs]),
  attempt: 1 + choose.below(2),
});

/** What a journal still knows of an attempt. */
const entryOf = (context: Context, choose: Choose) => ({
  ...attemptOf(context, choose),
  phase: choose.of(['running', 'ended'] as const),
  outcome: choose.of([null, 'succeeded']),
  errorCode: null,
  ...(choose.chance(0.7) ? { flowName: 'Flow', mode: 'unattended' as const, accountName: 'user1' } : {}),
  ...(choose.chance(0.7) ? { requestedBy: choose.of(['alice@corp.example', 'Bob@corp.example']) } : {}),
  ...(choose.chance(0.7) ? { startedAtMs: context.nowMs() - choose.below(60_000) } : {}),
});

/** All of them, each page from after the last of the page before. */
async function journalOnlyRunsByPages(
  recovery: Context['stores']['recovery'],
  filter: { readonly requestedBy: string | null; readonly limit: number },
): Promise<readonly JournalOnlyRun[]> {
  const runs: JournalOnlyRun[] = [];
  for (let after: JournalOnlyPlace | null | undefined = null; after !== undefined; ) {
    const page: readonly JournalOnlyRun[] = await recovery.journalOnlyRuns({ ...filter, after });
    runs.push(...page);
    const last = page.at(-1);
    after = last && { ...last, startedAtMs: last.startedAt?.getTime() ?? null };
  }
  return runs;
}

/** Several servers on one database, and the way back from a restored backup. */
export const serverOperations: Operations = {
  join: simple(1.5, 'server joins:', ({ stores }, choose) => {
    const replica = choose.of(replicas);
    return { detail: replica, act: () => stores.replicas.join(replica) };
  }),
  beat: simple(2, 'server lives:', ({ stores }, choose) => {
    const replica = choose.of(replicas);
    return { detail: replica, act: () => stores.replicas.beat(replica) };
  }),
  forgetDead: simple(1.5, 'dead servers are forgotten by', ({ stores }, choose) => {
    const [replica, silentAfterMs] = [choose.of(replicas), choose.of([SILENT_MS, 60 * SILENT_MS])];
    return {
      detail: `${replica} after ${String(silentAfterMs)} ms`,
      act: async () => {
        const dead = await stores.replicas.forgetDead(replica, { goneAfterMs: silentAfterMs, silentAfterMs });
        const links = dead.flatMap((one) =>
          one.links.map((link) => `${one.replica} ${link.gatewayId} ${link.clusterId}`),
        );
        return [dead.map((one) => one.replica).toSorted(), links.toSorted()];
      },
    };
  }),
  leave: simple(0.5, 'server leaves:', ({ stores }, choose) => {
    const replica = choose.of(replicas);
    return { detail: replica, act: () => stores.replicas.leave(replica) };
  }),
  takeTurn: simple(1.5, 'takes a turn of', ({ stores }, choose) => {
    const [work, intervalMs] = [choose.of(['deadlines', 'retention']), choose.of([1_000, 60_000, 3_600_000])];
    return { detail: `${work} ${String(intervalMs)}`, act: () => stores.turns.takeTurn(work, intervalMs) };
  }),
  beginRecovery: simple(0.3, 'recovery begins', (context, choose) => {
    const cause = { because: choose.of(['restored', 'set-back'] as const), backupTakenAt: null, shownBy: 'g1' };
    const epoch = made(context, 'epoch');
    return { detail: epoch, act: () => context.stores.recovery.begin(cause, epoch, audit('recover')) };
  }),
  journalReported: simple(1, 'journal reported by', ({ stores, gateways }, choose) => {
    const id = choose.of(gateways);
    return { detail: id, act: () => stores.recovery.journalReported(id) };
  }),
  noteJournalOnly: simple(1, 'notes what only a journal knows, of', (context, choose) => {
    const gatewayId = choose.of(context.gateways);
    const entry = entryOf(context, choose);
    const act = () => context.stores.recovery.noteJournalOnly(gatewayId, [entry]);
    return { detail: `${gatewayId} ${JSON.stringify(entry)}`, act };
  }),
  noteEnd: simple(0.7, 'notes the end of what only a journal knows, of', (context, choose) => {
    const [gatewayId, of] = [choose.of(context.gateways), attemptOf(context, choose)];
    const end = { ...of, outcome: 'failed', errorCode: 'runtime-error' };
    const act = () => context.stores.recovery.noteEnd(gatewayId, end);
    return { detail: `${gatewayId} ${JSON.stringify(of)}`, act };
  }),
  acceptRisk: simple(0.5, 'accepts the risk for', ({ stores, gateways }, choose) => {
    const ids = gateways.filter(() => choose.chance(0.5)) as GatewayId[];
    const act = async () => [...(await stores.recovery.acceptRisk(ids, audit('accept-risk')))].sort();
    return { detail: ids.join(', '), act };
  }),
  readRecovery: severalCalls(
    simple(1, 'reads how far the recovery is', ({ stores }, choose) => {
      const filter = { requestedBy: choose.of([null, 'bob@corp.example']), limit: choose.of([1, 2, 100]) };
      return {
        act: async () => {
          const { awaited, ...rest } = await stores.recovery.read();
          const runs = await journalOnlyRunsByPages(stores.recovery, filter);
          const inOrder = awaited.toSorted((a, b) => (a.gatewayId < b.gatewayId ? -1 : 1));
          return [rest, inOrder, runs];
        },
      };
    }),
  ),
};

/** A machine that asks the members of a cluster for its key. */
export const joinOperations: Operations = {
  addJoin: simple(1, 'asks to join with token', (context, choose) => {
    const [id, code] = [made(context, 'join'), String(choose.below(100))];
    const request = { id, tokenHash: hash(code), name: choose.of(['North', 'g1', id]), lifetimeMs: 600_000 };
    const secret = { publicKey: 'public', commitment: 'commitment' };
    return { detail: `${code} ${id}`, act: () => context.stores.joins.add({ ...request, ...secret }, audit('join')) };
  }),
  readJoin: severalCalls(
    simple(0.7, 'reads join requests', (context, choose) => {
      const [id, clusterId] = [`join-${String(choose.below(context.made + 1))}`, choose.of(context.clusters)];
      const { joins } = context.stores;
      const token = hash(String(choose.below(100)));
      const act = async () => [
        await joins.inCluster(id, clusterId),
        await joins.ofToken(id, token),
        [...(await joins.pending(clusterId))].sort((a, b) => (a.id < b.id ? -1 : 1)),
      ];
      return { detail: `${id} of ${clusterId}`, act };
    }),
  ),
  moveJoin: simple(1, 'moves join request', (context, choose) => {
    const id = `join-${String(choose.below(context.made + 1))}`;
    const [from, to] = choose.of([
      ['waiting', 'answered'],
      ['answered', 'revealed'],
      ['waiting', 'refused'],
    ] as const);
    const change = choose.of([{}, { answeredBy: 'g1', answer: 'an answer' }, { sealedKey: 'sealed' }]);
    const act = () => context.stores.joins.move({ id, from, to }, change, audit('move'));
    return { detail: `${id} from ${from} to ${to}`, act };
  }),
  challenge: severalCalls(
    simple(0.7, 'challenges', (context, choose) => {
      const [gatewayId, nonce] = [choose.of([...context.gateways, 'no-gateway']), made(context, 'nonce')];
      const [lifetimeMs, other] = [choose.of([0, 60_000]), choose.chance(0.3)];
      const { joins } = context.stores;
      const act = async () => [
        await joins.addChallenge(gatewayId, nonce, lifetimeMs),
        await joins.useChallenge(other ? 'g1' : gatewayId, nonce),
        await joins.useChallenge(gatewayId, nonce),
      ];
      return { detail: gatewayId, act };
    }),
  ),
};
