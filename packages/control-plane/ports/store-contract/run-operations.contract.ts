import type { AccountId, ClusterId, ConnectionId, DesktopFlowId, RunId } from '@deskhand/domain/brand.ts';
import { planAssignments } from '@deskhand/domain/run-queue/plan-assignments.ts';
import type { RunError, RunState } from '@deskhand/domain/run/run.ts';
import type { PlanCommit, PlanToCommit, QueueReading } from '../run-queue.ts';
import type { NewRun, OfferAtOnce, RunConditions, RunFilter } from '../runs.ts';
import {
  type Act,
  audit,
  type Choose,
  type Context,
  type Operations,
  type Question,
  type Writer,
} from './context.contract.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const states: readonly RunState[] = ['queued', 'offered', 'starting', 'running', 'succeeded', 'cancelled', 'uncertain'];

const writerOf = (context: Context, choose: Choose): Writer => choose.of(context.writers);

function questionOf(context: Context, choose: Choose): Question {
  return {
    flowId: choose.of([...context.flows, 'no-flow']),
    flowVersion: choose.chance(0.8) ? null : choose.below(3),
    connectionId: choose.chance(0.95) ? choose.of(context.connections) : 'no-connection',
    accountId: choose.of(context.accounts) as AccountId,
    key: choose.chance(0.7) ? null : `key-${String(choose.below(3))}`,
  };
}

/** Adds by what the writer judged last, if anything was there to judge. */
function addBy(context: Context, choose: Choose, writer: Writer): Act | undefined {
  const { judged } = writer;
  if (judged === undefined || judged.facts.flow === null || judged.facts.connection === null) return undefined;
  const { question, facts } = judged;
  context.made += 1;
  const run: NewRun = {
    id: `run-${String(context.made)}` as RunId,
    flowId: question.flowId as DesktopFlowId,
    flowVersion: facts.flow?.version ?? 1,
    connectionId: question.connectionId as ConnectionId,
    submittedBy: question.accountId,
    mode: choose.chance(0.8) ? 'unattended' : 'attended',
    priority: choose.chance(0.7) ? 'normal' : 'high',
    inputs: choose.of([{}, { Name: 'Zoë', Count: 3, List: [1, null, 'x'] }, { Odd: 'a\0b' }]),
    startDeadlineMs: choose.of([30 * SECOND_MS, 3 * HOUR_MS]),
    executionTimeoutMs: choose.of([MINUTE_MS, 3 * HOUR_MS]),
    resubmitOf: choose.chance(0.9) || context.runs.length === 0 ? null : choose.of(context.runs),
  };
  const key = question.key === null ? null : { key: question.key, bodyHash: Buffer.from([choose.below(2)]) };
  const by = { digest: facts.digest, flowVersion: question.flowVersion };
  const offer = context.made % 3 === 0 ? null : offerAtOnce(writer, facts.cluster?.id, context.made);
  const asked = offer === null ? 'the queue' : `${offer.gatewayId} at once at version ${String(offer.version)}`;
  return {
    says: `${writer.name} adds ${run.id} of ${run.flowId} to ${run.connectionId}, ${run.mode}, ${run.priority}, key ${key?.key ?? 'none'}, for ${asked}`,
    act: () => context.stores.runs.add(run, by, key, 'Alice', audit('submit', `run ${run.id}`), offer),
    learn: (answer: unknown) => {
      if (answer !== 'judge-again') context.runs.push(run.id);
    },
  };
}

/** To any member, also one that could not take it: the store judges only whether the queue is as it was read, and empty. */
function offerAtOnce(writer: Writer, clusterId: ClusterId | undefined, made: number): OfferAtOnce | null {
  const snapshot = writer.readings.get(clusterId ?? '')?.snapshot;
  const member = snapshot?.members[made % snapshot.members.length];
  if (clusterId === undefined || snapshot === undefined || member === undefined) return null;
  return { clusterId, version: snapshot.version, gatewayId: member.gatewayId };
}

/** Offers as the planner makes them, or wild ones: what a mistaken planner would try. */
function planOf(reading: QueueReading, clusterId: string, choose: Choose, isWild: boolean): PlanToCommit {
  const { snapshot, attempts, addOns } = reading;
  const attemptOf = (runId: RunId): number => attempts.get(runId) ?? 0;
  const of = { clusterId: clusterId as ClusterId, version: snapshot.version, addOns };
  if (!isWild) {
    const plan = planAssignments(snapshot, reading.nowMs, () => 0);
    return {
      ...of,
      offers: plan.offers.map(({ runId, gatewayId }) => ({ runId, gatewayId, attempt: attemptOf(runId) })),
      refusals: plan.refusals.map(({ runId, because }) => ({ runId, attempt: attemptOf(runId), error: because })),
    };
  }
  const heads = snapshot.classes.flatMap((one) => one.heads).filter(() => choose.chance(0.4));
  const offers = heads.flatMap(({ id }) => {
    const member = snapshot.members.length === 0 ? undefined : choose.of(snapshot.members);
    return member === undefined ? [] : [{ runId: id, gatewayId: member.gatewayId, attempt: attemptOf(id) }];
  });
  const error: RunError = { code: 'session-exists-single', message: 'There is a session\0', details: 'Sign out.' };
  return { ...of, offers: offers.slice(1), refusals: offers.slice(0, 1).map((one) => ({ ...one, error })) };
}

function commitBy(context: Context, choose: Choose, writer: Writer, clusterId: string): Act | undefined {
  const reading = writer.readings.get(clusterId);
  if (reading === undefined) return undefined;
  const isWild = choose.chance(0.4);
  const plan = planOf(reading, clusterId, choose, isWild);
  const offers = plan.offers.map((one) => `${one.runId} to ${one.gatewayId}`).join(', ');
  return {
    says: `${writer.name} commits a ${isWild ? 'wild ' : ''}plan of ${clusterId} at version ${String(plan.version)}: ${offers}; refuses ${plan.refusals.map((one) => one.runId).join(', ')}`,
    act: async () => byRun(await context.stores.queue.commit(plan)),
  };
}

/** The plan is made inside the store, by itself or wildly, from a reading that nobody else has seen. */
function commitLockedBy(context: Context, choose: Choose, clusterId: string): Act {
  const isWild = choose.chance(0.4);
  return {
    says: `a ${isWild ? 'wild ' : ''}plan of ${clusterId} is made and committed under its lock`,
    act: async () => {
      const read: unknown[] = [];
      const committed = await context.stores.queue.commitLocked(clusterId, (reading) => {
        read.push(inOneOrder(reading));
        const plan = isWild ? everyHeadTo(reading, clusterId) : planOf(reading, clusterId, choose, false);
        return plan.offers.length + plan.refusals.length === 0 ? undefined : plan;
      });
      return [read.at(-1), committed && byRun(committed)];
    },
  };
}

/** Offers to members that could not take them, chosen by nothing but the reading: both stores are asked the same. */
function everyHeadTo({ snapshot, attempts, addOns }: QueueReading, clusterId: string): PlanToCommit {
  const [member] = snapshot.members;
  const heads = member === undefined ? [] : snapshot.classes.flatMap((one) => one.heads);
  const offers = heads.map(({ id }) => ({
    runId: id,
    gatewayId: member?.gatewayId as PlanToCommit['offers'][number]['gatewayId'],
    attempt: attempts.get(id) ?? 0,
  }));
  return { clusterId: clusterId as ClusterId, version: snapshot.version, addOns, offers, refusals: [] };
}

function byRun(commit: PlanCommit): unknown {
  if (!commit.ok) return commit;
  const offered = commit.offered.toSorted((a, b) => (a.runId < b.runId ? -1 : 1));
  return { ...commit, offered, refused: commit.refused.toSorted() };
}

function readBy(context: Context, writer: Writer, clusterId: string): Act {
  return {
    says: `${writer.name} reads the queue of ${clusterId}`,
    act: async () => {
      const reading = await context.stores.queue.read(clusterId);
      if (reading !== undefined) writer.readings.set(clusterId, reading);
      return reading && inOneOrder(reading);
    },
  };
}

/** Runs in hand and declines have no order of their own. */
export function inOneOrder(reading: QueueReading): unknown {
  const { snapshot } = reading;
  const members = snapshot.members.map((member) => ({
    ...member,
    declines: member.declines.toSorted((a, b) => (a.classKey < b.classKey ? -1 : 1)),
  }));
  const inHand = snapshot.inHand.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return { ...reading, snapshot: { ...snapshot, members, inHand } };
}

/** A run that was added, now and then one that was not. */
export function runOf(context: Context, choose: Choose): RunId {
  return context.runs.length === 0 || choose.chance(0.03) ? ('no-run' as RunId) : choose.of(context.runs);
}

function filterOf(context: Context, choose: Choose): RunFilter {
  return {
    ...conditionsOf(context, choose),
    before: choose.chance(0.8) ? null : choose.below(20),
    limit: choose.of([1, 5, 100]),
  };
}

export function conditionsOf(context: Context, choose: Choose): RunConditions {
  return {
    ...(choose.chance(0.3) ? { states: states.filter(() => choose.chance(0.5)) } : {}),
    ...(choose.chance(0.2) ? { flowId: choose.of(context.flows) } : {}),
    ...(choose.chance(0.2) ? { clusterId: choose.of(context.clusters) } : {}),
    ...(choose.chance(0.1) ? { gatewayId: choose.of(context.gateways) } : {}),
    ...(choose.chance(0.1) ? { connectionId: choose.of(context.connections) } : {}),
    ...(choose.chance(0.1) ? { mode: 'attended' as const } : {}),
    ...(choose.chance(0.1) ? { from: new Date(context.nowMs() - MINUTE_MS) } : {}),
    ...(choose.chance(0.1) ? { to: new Date(context.nowMs()) } : {}),
    ...(choose.chance(0.2) ? { search: choose.of(['FLOW', 'user', 'alice', '%', 'run-1']) } : {}),
    visibleTo: choose.chance(0.6) ? null : (choose.of(context.accounts) as AccountId),
  };
}

/** Runs as people ask for them, and the queue that they wait in. */
export const runOperations: Operations = {
  judge: {
    weight: 4,
    prepare: (context, choose) => {
      const writer = writerOf(context, choose);
      const question = questionOf(context, choose);
      return {
        says: `${writer.name} reads what a submission is judged by: ${JSON.stringify(question)}`,
        act: async () => {
          const facts = await context.stores.runs.submitFacts(question);
          writer.judged = { question, facts };
          return { ...facts, digest: 'digest' };
        },
      };
    },
  },
  add: { weight: 4, prepare: (context, choose) => addBy(context, choose, writerOf(context, choose)) },
  submit: {
    weight: 12,
    prepare: async (context, choose) => {
      const writer = writerOf(context, choose);
      const question = questionOf(context, choose);
      writer.judged = { question, facts: await context.stores.runs.submitFacts(question) };
      return addBy(context, choose, writer);
    },
  },
  read: {
    weight: 4,
    prepare: (context, choose) => readBy(context, writerOf(context, choose), choose.of([...context.clusters])),
  },
  commit: {
    weight: 4,
    prepare: (context, choose) => commitBy(context, choose, writerOf(context, choose), choose.of(context.clusters)),
  },
  plan: {
    weight: 14,
    prepare: async (context, choose) => {
      const writer = writerOf(context, choose);
      const clusterId = choose.of(context.clusters);
      await readBy(context, writer, clusterId).act();
      return commitBy(context, choose, writer, clusterId);
    },
  },
  commitLocked: {
    weight: 4,
    prepare: (context, choose) => commitLockedBy(context, choose, choose.of([...context.clusters, 'no-cluster'])),
    // What leaves the cluster's row alone may come between its reading and its commit, as with a read and a commit.
    alone: true,
  },
  firstPlaces: {
    weight: 2,
    prepare: ({ stores, clusters }, choose) => {
      const [clusterId, limit] = [choose.of(clusters), choose.of([1, 3, 50])];
      return { says: `first ${String(limit)} of ${clusterId}`, act: () => stores.queue.firstPlaces(clusterId, limit) };
    },
  },
  hasWaitingRuns: {
    weight: 1,
    prepare: ({ stores, clusters }, choose) => {
      const clusterId = choose.of([...clusters, 'no-cluster']);
      return { says: `whether runs wait for ${clusterId}`, act: () => stores.queue.hasWaitingRuns(clusterId) };
    },
  },
  position: {
    weight: 2,
    prepare: (context, choose) => {
      const id = runOf(context, choose);
      return { says: `position of ${id}`, act: () => context.stores.queue.position(id) };
    },
  },
  countUrgent: {
    weight: 1,
    prepare: ({ stores, clusters }, choose) => {
      const clusterId = choose.of([...clusters, 'no-cluster']);
      return {
        says: `counts what goes before a high run in ${clusterId}`,
        act: () => stores.queue.countUrgent(clusterId),
      };
    },
  },
  inHand: {
    weight: 1,
    prepare: ({ stores, clusters }, choose) => {
      const clusterId = choose.of(clusters);
      return { says: `in hand of ${clusterId}`, act: () => stores.queue.inHand(clusterId) };
    },
  },
  viewVersion: {
    weight: 1,
    prepare: ({ stores, clusters }, choose) => {
      const clusterId = choose.of([...clusters, 'no-cluster']);
      return { says: `view version of ${clusterId}`, act: () => stores.queue.viewVersion(clusterId) };
    },
  },
  moveToTop: {
    weight: 3,
    prepare: (context, choose) => {
      const clusterId = choose.of([...context.clusters]);
      const ids = Array.from({ length: 1 + choose.below(3) }, () => runOf(context, choose));
      return {
        says: `moves ${ids.join(', ')} to the top of ${clusterId}`,
        act: async () => {
          const moved = await context.stores.queue.moveToTop(clusterId, ids, 'Bob', audit('move-to-top'));
          return moved.toSorted();
        },
      };
    },
  },
  undoMove: {
    weight: 1,
    prepare: (context, choose) => {
      const clusterId = choose.of([...context.clusters]);
      const ids = Array.from({ length: 1 + choose.below(3) }, () => runOf(context, choose));
      return {
        says: `undoes the moves of ${ids.join(', ')} in ${clusterId}`,
        act: async () => {
          const undone = await context.stores.queue.undoMove(clusterId, ids, 'Bob', audit('undo'));
          return undone.toSorted();
        },
      };
    },
  },
  setPriority: {
    weight: 2,
    prepare: (context, choose) => {
      const [id, priority] = [runOf(context, choose), choose.of(['high', 'normal'] as const)];
      const act = () => context.stores.queue.setPriority(id, priority, 'Bob', audit('set-priority'));
      return { says: `sets priority ${priority} of ${id}`, act };
    },
  },
  ownerOf: {
    weight: 1,
    prepare: ({ stores, clusters }, choose) => {
      const clusterId = choose.of([...clusters, 'no-cluster']);
      return { says: `owner of ${clusterId}`, act: () => stores.queue.ownerOf(clusterId) };
    },
  },
  clustersWithWaitingRuns: {
    weight: 1,
    prepare: ({ stores }) => ({
      says: 'clusters with waiting runs',
      act: () => stores.queue.clustersWithWaitingRuns(),
      unordered: true,
    }),
  },
  cancel: {
    weight: 4,
    prepare: (context, choose) => {
      const id = runOf(context, choose);
      return {
        says: `cancels ${id}`,
        act: () => context.stores.runs.cancel(id, 'Alice', audit('cancel', `run ${id}`)),
      };
    },
  },
  byId: {
    weight: 3,
    prepare: (context, choose) => {
      const id = runOf(context, choose);
      return { says: `shows ${id}`, act: () => context.stores.runs.byId(id) };
    },
  },
  byIds: {
    weight: 1,
    prepare: (context, choose) => {
      const ids = [runOf(context, choose), runOf(context, choose), runOf(context, choose)];
      return { says: `shows ${ids.join(', ')}`, act: () => context.stores.runs.byIds(ids), unordered: true };
    },
  },
  list: {
    weight: 3,
    prepare: (context, choose) => {
      const filter = filterOf(context, choose);
      return { says: `lists runs ${JSON.stringify(filter)}`, act: () => context.stores.runs.list(filter) };
    },
  },
  events: {
    weight: 2,
    prepare: (context, choose) => {
      const id = runOf(context, choose);
      return { says: `events of ${id}`, act: () => context.stores.runs.events(id) };
    },
  },
  log: {
    weight: 2,
    prepare: (context, choose) => {
      const id = runOf(context, choose);
      const window = {
        attempt: choose.chance(0.7) ? null : choose.below(3),
        ...(choose.chance(0.2) ? { after: choose.below(6) } : {}),
        ...(choose.chance(0.2) ? { before: choose.below(12) } : {}),
        tail: choose.chance(0.3),
        ...(choose.chance(0.3) ? { level: choose.of(['info', 'warning', 'error'] as const) } : {}),
        ...(choose.chance(0.2) ? { search: choose.of(['LINE 2', 'variables', '_', '\\']) } : {}),
        limit: choose.of([1, 4, 100]),
      };
      return { says: `log of ${id} ${JSON.stringify(window)}`, act: () => context.stores.runs.log(id, window) };
    },
  },
  screenshots: {
    weight: 1,
    alone: true,
    prepare: (context, choose) => {
      const [id, number] = [runOf(context, choose), choose.below(4)];
      const { runs } = context.stores;
      const act = async () => [await runs.screenshots(id), await runs.screenshot(id, number)];
      return { says: `screenshots of ${id}`, act };
    },
  },
  countQueued: {
    weight: 1,
    prepare: ({ stores, clusters }, choose) => {
      const [clusterId, limit] = [choose.of(clusters), choose.of([1, 100])];
      return { says: `counts the queue of ${clusterId}`, act: () => stores.runs.countQueued(clusterId, limit) };
    },
  },
};
