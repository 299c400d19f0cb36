import type { Traces } from '@deskhand/protocol/traces/open-traces.ts';
import type { GatewayLinkStore } from './ports/gateway-links.ts';
import type { RunQueueStore } from './ports/run-queue.ts';
import type { RunStore } from './ports/runs.ts';

interface Traced {
  readonly links: GatewayLinkStore;
  readonly queue: RunQueueStore;
  readonly runs: RunStore;
}

/** Each is one date; clusters that are gone are few. */
type PlanBegins = Map<string, number>;

/** Tells what was committed here to a trace: the submit of a run, its offers with their planning, and their acquires. */
export function tracedStores<S extends Traced>(stores: S, traces: Traces | undefined): S {
  if (traces === undefined) return stores;
  const { links, queue, runs } = stores;
  const planBegins: PlanBegins = new Map();
  return {
    ...stores,
    links: {
      ...links,
      acquire: async (of, journalId) => {
        const startMs = Date.now();
        const answer = await links.acquire(of, journalId);
        const { runId, attempt, gatewayId } = of;
        const facts = { 'deskhand.gateway': gatewayId };
        if (answer.moved) traces.record({ step: 'acquire', runId, attempt, startMs, endMs: Date.now(), facts });
        return answer;
      },
    },
    queue: {
      ...queue,
      read: async (clusterId) => {
        planBegins.set(clusterId, Date.now());
        return await queue.read(clusterId);
      },
      commit: async (plan) => {
        const startMs = planBegins.get(plan.clusterId) ?? Date.now();
        const answer = await queue.commit(plan);
        const endMs = Date.now();
        if (answer.ok)
          for (const { runId, attempt, gatewayId } of answer.offered)
            traces.record({ step: 'offer', runId, attempt, startMs, endMs, facts: { 'deskhand.gateway': gatewayId } });
        return answer;
      },
    },
    runs: {
      ...runs,
      add: async (...given) => {
        const startMs = Date.now();
        const answer = await runs.add(...given);
        if (answer === 'judge-again') return answer;
        const [run, , , , , offer] = given;
        const about = { runId: run.id, startMs, endMs: Date.now() };
        traces.record({ step: 'submit', attempt: 0, ...about, facts: { 'deskhand.mode': run.mode } });
        const facts = { 'deskhand.gateway': offer?.gatewayId ?? '', 'deskhand.at_once': 'true' };
        // It was planned before, from memory, in no time that could be told.
        if (answer.offeredAt !== null) traces.record({ step: 'offer', attempt: 1, ...about, facts });
        return answer;
      },
    },
  };
}
