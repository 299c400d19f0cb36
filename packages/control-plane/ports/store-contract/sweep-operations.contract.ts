import type { RunId } from '@deskhand/domain/brand.ts';
import { declined } from '@deskhand/domain/placement/decline-memory.ts';
import type { Operations } from './context.contract.ts';
import { runOf } from './run-operations.contract.ts';

const SILENCE_MS = 20_000;
const ANSWER_MAX_MS = 30_000;
const LIMIT = 100;

const byId = <Row extends { readonly id: RunId }>(rows: readonly Row[]): readonly Row[] =>
  rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));

/** What time does to runs and gateways. */
export const sweepOperations: Operations = {
  now: { weight: 0.5, prepare: ({ stores }) => ({ says: 'asks the time', act: () => stores.deadlines.nowMs() }) },
  pastStartDeadline: {
    weight: 2,
    prepare: ({ stores }) => ({
      says: 'runs past their start deadline',
      act: async () => byId(await stores.deadlines.pastStartDeadline(LIMIT)),
    }),
  },
  pastExecution: {
    weight: 2,
    prepare: ({ stores }) => ({
      says: 'runs past their execution',
      act: async () => byId(await stores.deadlines.pastExecution(LIMIT)),
    }),
  },
  unanswered: {
    weight: 2,
    prepare: ({ stores }) => ({
      says: 'offers without an answer',
      act: () => stores.deadlines.unanswered(ANSWER_MAX_MS, LIMIT),
      unordered: true,
    }),
  },
  expire: {
    weight: 3,
    prepare: async (context, choose) => {
      const runId = runOf(context, choose);
      const [stored] = await context.stores.links.stored([runId]);
      const attempt = (stored?.attempt ?? 0) + (choose.chance(0.9) ? 0 : 1);
      const answers = context.gateways.map((gatewayId) => ({ gatewayId, name: gatewayId, because: declined('No\0') }));
      const error = { code: 'NoCandidateMachine', message: 'No machine was found.' };
      const act = () => context.stores.deadlines.expire({ runId, attempt }, error, answers);
      return { says: `expires ${runId} attempt ${String(attempt)}`, act };
    },
  },
  giveUp: {
    weight: 3,
    prepare: async (context, choose) => {
      const due = byId(await context.stores.deadlines.pastExecution(LIMIT));
      const runId = due.length > 0 && choose.chance(0.8) ? choose.of(due).id : runOf(context, choose);
      const [stored] = await context.stores.links.stored([runId]);
      const attempt = (stored?.attempt ?? 0) + (choose.chance(0.9) ? 0 : 1);
      const holder = choose.chance(0.9) ? stored?.gatewayId : undefined;
      const gatewayId = holder ?? choose.of(context.gateways);
      const error = { code: 'OutcomeUncertain', message: 'Nobody knows.' };
      const loss = { holdsMachine: choose.chance(0.8), onlyPastExecution: true };
      const act = () => context.stores.links.lose({ runId, attempt, gatewayId }, error, loss);
      return { says: `gives up ${runId} attempt ${String(attempt)} on ${gatewayId}`, act };
    },
  },
  closeSilentLinks: {
    weight: 2,
    prepare: ({ stores }) => ({
      says: 'closes silent links',
      act: () => stores.deadlines.closeSilentLinks(SILENCE_MS),
      unordered: true,
    }),
  },
  removeOldRuns: {
    weight: 1,
    prepare: ({ stores }, choose) => {
      const [days, limit] = [choose.of([0, 1, 30]), choose.of([LIMIT, LIMIT, 1])];
      const act = () => stores.retention.removeRunsOlderThan(days, limit);
      return { says: `removes runs older than ${String(days)} days, at most ${String(limit)}`, act };
    },
  },
  removeOldDecisions: {
    weight: 1,
    prepare: ({ stores }, choose) => {
      const [days, limit] = [choose.of([0, 1]), choose.of([LIMIT, 1])];
      const act = () => stores.retention.removeDecisionsOlderThan(days, limit);
      return { says: `removes decisions older than ${String(days)} days, at most ${String(limit)}`, act };
    },
  },
  removeAboveLimit: {
    weight: 0.7,
    prepare: ({ stores }, choose) => {
      const what = choose.of(['removeLogsAbove', 'removeScreenshotsAbove'] as const);
      const bytes = choose.of([0, 1_000_000]);
      return { says: `${what} ${String(bytes)} bytes`, act: () => stores.retention[what](bytes, LIMIT) };
    },
  },
  removeOldEvents: {
    weight: 0.7,
    prepare: ({ stores }, choose) => {
      const [days, limit] = [choose.of([0, 1, 90]), choose.of([LIMIT, 1])];
      const act = () => stores.retention.removeGatewayEventsOlderThan(days, limit);
      return { says: `removes events of gateways older than ${String(days)} days`, act };
    },
  },
  removeOldKeys: {
    weight: 0.7,
    alone: true,
    prepare: ({ stores }) => ({
      says: 'removes old idempotency keys',
      act: async () => [await stores.retention.removeOldIdempotencyKeys(), await stores.retention.limits()],
    }),
  },
};
