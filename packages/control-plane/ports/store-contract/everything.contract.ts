import type { AllStores, Context } from './context.contract.ts';
import { inOneOrder } from './run-operations.contract.ts';

const ALL = 10_000;

export type Questions = Readonly<Record<string, (stores: AllStores, context: Context) => Promise<unknown>>>;

/** What the ports can tell without being asked for each run. */
export const everything: Questions = {
  runs: async ({ runs }) => await runs.list({ visibleTo: null, before: null, limit: ALL }),
  queues: async ({ queue }, context) =>
    await Promise.all(
      context.clusters.map(async (id) => {
        const reading = await queue.read(id);
        return [reading && inOneOrder(reading), await queue.firstPlaces(id, ALL), await queue.viewVersion(id)];
      }),
    ),
  gateways: async ({ clusters }) => byId(await clusters.listGateways(null)),
  identities: async ({ links }, context) => await Promise.all(context.gateways.map((id) => links.identity(id))),
  clusters: async ({ clusters }) => byId(await clusters.list()),
  connections: async ({ connections }) => byId(await connections.list()),
  flows: async ({ flows }) => byId(await flows.list(null, null)),
  accounts: async ({ accounts }) => byId(await accounts.list()),
  settings: async ({ installation }) => await installation.settings(),
  audit: async ({ audit }) => await audit.list({ actor: null, object: null, before: null, limit: ALL }),
  machineChecks: async ({ checks }, context) =>
    await Promise.all(context.gateways.map((id) => checks.read(id, 20_000))),
  preflights: async ({ preflights }, context) => [
    await Promise.all(context.connections.map((id) => preflights.read(id, 90_000))),
    await preflights.underWay(ALL),
    await preflights.due(86_400_000, ALL),
  ],
  decisions: async ({ decisions }, context) =>
    await Promise.all(context.clusters.map((id) => decisions.around(id, { fromMs: 0, untilMs: 1e14 }, ALL))),
  sickMembers: async ({ sickMembers }) => [
    await sickMembers.membersSetAside(ALL),
    await sickMembers.history({ clusterId: null, gatewayId: null, before: null, limit: ALL }),
  ],
  sessionQuestions: async ({ questions }, context) => [
    await Promise.all(context.clusters.map((id) => questions.read(id))),
    await questions.clusters(ALL),
  ],
  overview: async ({ overview }) => await overview.counts(null),
};

/** The rest, run by run. */
export const partsOfRuns: Questions = {
  events: async ({ runs }, context) =>
    await Promise.all(context.runs.map(async (id) => [await runs.events(id), await runs.screenshots(id)])),
  machineChecksOfRuns: async ({ checks }, context) => await Promise.all(context.runs.map((id) => checks.ofRun(id))),
  logs: async ({ runs }, context) =>
    await Promise.all(context.runs.map((id) => runs.log(id, { attempt: null, tail: false, limit: ALL }))),
};

function byId<Row extends { readonly id: string }>(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
