/**
 * A few machines of one cluster in words, for stories that are read as they are told: the real server, links and gateways over
 * simulated time, with every invariant of the simulator watched. Nothing breaks here that the story does not break.
 */
import { removeGateway, updateCluster, updateGateway } from '@deskhand/control-plane/use-cases/gateways/clusters.ts';
import { changeSettings } from '@deskhand/control-plane/use-cases/system/change-settings.ts';
import type { Outcome } from '@deskhand/control-plane/ports/outcome.ts';
import type { Submission } from '@deskhand/control-plane/use-cases/runs/judge-submission.ts';
import type { NegotiationPolicy } from '@deskhand/domain/session/negotiation/question.ts';
import type { PersonHabit } from '../simulator/machine/simulated-machine.ts';
import { scriptOf } from '../simulator/machine/flow-behaviour.ts';
import { askServer } from '../simulator/people/ask-server.ts';
import { caller } from '../simulator/people/caller.ts';
import type { SimulatedReplica } from '../simulator/server/simulated-replica.ts';
import { drawShape } from '../simulator/universe/shape.ts';
import { Universe } from '../simulator/universe/universe.ts';
import { createWorld } from '../simulator/world/world.ts';

export const CLUSTER = 'cluster-1';
export const seconds = (count: number): number => count * 1_000;
export const minutes = (count: number): number => seconds(60 * count);

/** Until every gateway has its link and has told of its machine. */
const SETTLE_MS = seconds(10);
const LOOK_MS = 10;
/** Each run is of another account, because nobody runs twice at once on one machine. */
const USERS = 24;

interface ClusterOptions {
  readonly gateways: number;
  readonly slotsEach: number;
  readonly runsLastMs: number;
  /** Default: people are left alone. */
  readonly negotiation?: NegotiationPolicy;
  /** How long a message is on its way, typically; default 2 ms. */
  readonly networkDelayMs?: number;
}

export type SmallCluster = Awaited<ReturnType<typeof smallCluster>>;

/** Its gateways are called gateway-1 (the primary), gateway-2 and so on; the toggle is off. */
export async function smallCluster({ gateways, slotsEach, runsLastMs, ...options }: ClusterOptions) {
  const { negotiation = 'off', networkDelayMs = 2 } = options;
  const world = createWorld(1, false);
  const universe = new Universe(world, {
    ...drawShape(world.random.fork('shape')),
    ...{ servers: 1, gateways, clusters: 1, users: USERS, flows: 1, flowTrouble: 0, browsers: 0 },
    ...{ slots: slotsEach, delayMs: networkDelayMs, drift: 0, databaseDrift: 0, asksPeople: negotiation !== 'off' },
  });
  if (negotiation !== 'off') letRunsWaitForPeople(universe, negotiation);
  giveFlow(universe, scriptOf({ behaviour: 'succeeds', durationMs: runsLastMs, lines: 1 }));
  universe.start();
  const pass = (forMs: number) => world.timeline.runUntil(world.timeline.nowMs + forMs);
  const ask = async <T>(what: (server: SimulatedReplica) => Promise<Outcome<T>> | undefined): Promise<Outcome<T>> => {
    let answer: Outcome<T> | 'nobody answered' | undefined;
    void askServer(universe, what).then((said) => (answer = said ?? 'nobody answered'));
    while (answer === undefined) await pass(LOOK_MS);
    if (answer === 'nobody answered') throw new Error('No server answered.');
    return answer;
  };
  await pass(SETTLE_MS);
  const verbs = { ...membersOf(universe, ask), ...runsOf(universe, ask), ...peopleOf(universe) };
  await verbs.toggle('off');
  return { pass, ...verbs };
}

type Ask = <T>(what: (server: SimulatedReplica) => Promise<Outcome<T>> | undefined) => Promise<Outcome<T>>;

function membersOf(universe: Universe, ask: Ask) {
  const programOf = (name: string) => {
    const gateway = universe.gateways.find(({ gatewayId }) => gatewayId === name);
    if (gateway === undefined) throw new Error(`There is no ${name}.`);
    return gateway;
  };
  const change = async (name: string, what: Parameters<typeof updateGateway>[3]) =>
    valueOf(await ask(({ admin }) => admin && updateGateway(admin, caller, name, what)));
  return {
    toggle: async (state: 'on' | 'off') =>
      valueOf(
        await ask(({ admin }) => admin && updateCluster(admin, caller, CLUSTER, { runOnAllGateways: state === 'on' })),
      ),
    disable: (name: string) => change(name, { enabled: false }),
    enable: (name: string) => change(name, { enabled: true }),
    beginMaintenance: (name: string, note: string) => change(name, { maintenance: { note } }),
    endMaintenance: (name: string) => change(name, { maintenance: null }),
    remove: (name: string, { confirmed }: { readonly confirmed: boolean }) =>
      ask(({ admin }) => admin && removeGateway(admin, caller, name, confirmed)),
    /** Both ends hear of it at once, and the gateway dials again. */
    linkBreaks: (name: string): void => {
      const { name: site } = programOf(name).machine;
      const cables = universe.network.cables.filter(({ sites }) => sites.includes(site));
      for (const cable of cables) cable.breakDown(0, [0, 0]);
    },
    goesOffline: (name: string) => programOf(name).crash(),
    comesBack: (name: string) => programOf(name).start(),
    /** Another size of the pool, as the settings page gives it. */
    addOns: async (unattendedAddOns: number | null) =>
      valueOf(await ask(({ admin }) => admin && changeSettings(admin, caller, { unattendedAddOns }))),
  };
}

function runsOf(universe: Universe, ask: Ask) {
  let submitted = 0;
  const submitOne = async (): Promise<string> => {
    const { connections, flowIds } = universe;
    const connectionId = connections[submitted % connections.length]?.id ?? '';
    submitted += 1;
    const submission: Submission = {
      ...{ flowId: flowIds[0] ?? '', flowVersion: null, connectionId },
      ...({ mode: 'unattended', priority: 'normal' } as const),
      ...{ inputs: {}, startDeadlineMs: null, executionTimeoutMs: minutes(30), resubmitOf: null },
    };
    return valueOf(await ask(({ runs }) => runs?.submitAs(caller, submission, `key-${String(submitted)}`))).id;
  };
  const rowOf = (id: string) => {
    const run = universe.database.runs.get(id);
    if (run === undefined) throw new Error(`There is no run ${id}.`);
    return run;
  };
  const explain = async (id: string) => valueOf(await ask(({ runs }) => runs?.explain(caller, id)));
  return {
    submit: async (count: number): Promise<readonly string[]> => {
      const ids: string[] = [];
      while (ids.length < count) ids.push(await submitOne());
      return ids;
    },
    /** How many runs are in each state: `{ running: 2, queued: 1 }`. */
    states: (ids: readonly string[]) => countOf(ids.map((id) => rowOf(id).state)),
    /** How many runs each gateway took: `{ 'gateway-1': 3 }`. */
    takenBy: (ids: readonly string[]) => countOf(ids.flatMap((id) => rowOf(id).gatewayId ?? [])),
    /** Why the first run was offered before the other, by a replay of the decision. */
    whyBefore: async (first: string, other: string) =>
      valueOf(await ask(({ runs }) => runs?.whyBefore(caller, first, other))),
    setPriority: async (id: string, priority: 'high' | 'normal') =>
      valueOf(await ask(({ runs }) => runs?.setPriority(caller, id, priority))),
    moveToTop: async (id: string) => valueOf(await ask(({ runs }) => runs?.moveToTop(caller, CLUSTER, [id]))),
    cancel: async (id: string) => valueOf(await ask(({ runs }) => runs?.cancel(caller, id))),
    /** What the run waited for so far, as its events tell. */
    waitsOf: async (id: string) =>
      valueOf(await ask(({ runs }) => runs?.events(caller, id))).items.flatMap(({ event, detail }) =>
        event === 'waits' ? [detail] : [],
      ),
    /** The foremost reason why a run waits. */
    whyWaiting: async (id: string) => (await explain(id)).because?.code,
    /** What became of each question to people that a waiting run has asked. */
    questionsOf: async (id: string) =>
      (await explain(id)).members.flatMap(({ questions = [] }) => questions.map(({ state }) => state)),
    /** What each member says to a waiting run. */
    answersTo: async (id: string) =>
      Object.fromEntries((await explain(id)).members.map(({ name, because }) => [name, because.code])),
  };
}

function peopleOf(universe: Universe) {
  const machineOf = (name: string) => {
    const gateway = universe.gateways.find(({ gatewayId }) => gatewayId === name);
    if (gateway === undefined) throw new Error(`There is no ${name}.`);
    return gateway.machine;
  };
  return {
    /** The account of the cluster's first run sits at a machine, and answers every question like this. */
    sitsAt: (name: string, habit: PersonHabit): void => {
      const user = universe.connections[0]?.user ?? '';
      const session = machineOf(name).addSession({
        id: `person-${user}`,
        user,
        ours: null,
        runId: null,
        isReady: true,
      });
      session.habit = habit;
    },
    isStillAt: (name: string): boolean => [...machineOf(name).sessions.values()].some(({ ours }) => ours === null),
  };
}

function letRunsWaitForPeople({ database }: Universe, negotiation: NegotiationPolicy): void {
  database.atomically(() => {
    for (const connection of [...database.connections.values()])
      database.connections.set(connection.id, { ...connection, whenSessionBlocked: 'wait' });
    for (const cluster of [...database.clusters.values()])
      database.clusters.set(cluster.id, { ...cluster, negotiation, startDeadlineMs: minutes(60) });
  });
}

function countOf(words: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function valueOf<T>(answer: Outcome<T>): T {
  if (!answer.ok) throw new Error(`The server refused: ${JSON.stringify(answer)}`);
  return answer.value;
}

function giveFlow({ database, flowIds }: Universe, script: string): void {
  const flow = database.flows.get(flowIds[0] ?? '');
  if (flow === undefined) throw new Error('The world has no flow.');
  database.atomically(() => {
    database.flows.set(flow.id, { ...flow, versions: flow.versions.map((version) => ({ ...version, script })) });
  });
}
