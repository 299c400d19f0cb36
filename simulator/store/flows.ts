import { isTerminal } from '@deskhand/domain/run/transitions.ts';
import type { FlowRecord, FlowStore } from '@deskhand/control-plane/ports/flows.ts';
import type { SimulatedDatabase } from './database.ts';
import { byName, given, isTaken } from './named-rows.ts';
import { newFlow } from './new-rows.ts';
import type { FlowRow, RunRow } from './rows.ts';
import type { StoreSession } from './server.ts';

const FLOWS_LISTED_MAX = 1_000;
const VERSIONS_LISTED_MAX = 1_000;
const RECENT_RUNS = 10;

export function openSimulatedFlowStore(session: StoreSession): FlowStore {
  const { database } = session.server;
  return {
    list: (search, visibleTo) => session.run('list-flows', () => list(database, search, visibleTo)),
    byId: (id) =>
      session.run('flow-by-id', () => {
        const row = database.flows.get(id);
        return row?.deletedAtMs === null ? flowOf(database, row) : undefined;
      }),
    add: ({ id, name, description, ownerId, read }, audit) =>
      session.run('add-flow', () => {
        if (database.flows.get(id) !== undefined || isNameTaken(database, { id, name, ownerId })) return 'name-taken';
        const created = { id, name, description, ownerId, createdAtMs: database.nowMs() };
        database.flows.set(id, newFlow(created, read));
        database.addAudit(audit);
        return 'added';
      }),
    change: (id, change, audit) =>
      session.run('change-flow', () => {
        const changed = given(change);
        if (Object.keys(changed).length === 0) return 'changed';
        const row = database.flows.get(id);
        if (row !== undefined) {
          if (row.deletedAtMs === null && isNameTaken(database, { ...row, ...changed })) return 'name-taken';
          database.flows.set(id, { ...row, ...changed });
        }
        database.addAudit(audit);
        return 'changed';
      }),
    script: (id, version) =>
      session.run('flow-script', () => database.flows.get(id)?.versions.find((one) => one.version === version)?.script),
    save: (id, baseVersion, read, savedBy, audit) =>
      session.run('save-flow', () => {
        const row = database.flows.get(id);
        if (row?.version !== baseVersion) return { newer: row?.version ?? 0 };
        const saved = { ...read, version: baseVersion + 1, savedBy, savedAtMs: database.nowMs() };
        const versions = [...row.versions, saved];
        database.flows.set(id, { ...row, version: saved.version, versions, updatedAtMs: saved.savedAtMs });
        database.addAudit(audit);
        return { saved: saved.version };
      }),
    versions: (id) =>
      session.run('flow-versions', () =>
        (database.flows.get(id)?.versions ?? [])
          .toReversed()
          .slice(0, VERSIONS_LISTED_MAX)
          .map(({ version, savedAtMs, savedBy, script }) => ({
            version,
            savedAt: new Date(savedAtMs),
            savedBy: database.accounts.get(savedBy)?.name ?? '',
            bytes: Buffer.byteLength(script),
          })),
      ),
    remove: (id, audit) =>
      session.run('remove-flow', () => {
        const row = database.flows.get(id);
        const isInUse = database.runs.rows.some((run) => run.flowId === id && !isTerminal(run.state));
        if (row === undefined || isInUse) return 'in-use';
        database.flows.set(id, { ...row, deletedAtMs: database.nowMs() });
        database.addAudit(audit);
        return 'removed';
      }),
  };
}

/** A name is taken among the living flows of its owner. */
function isNameTaken(database: SimulatedDatabase, flow: Pick<FlowRow, 'id' | 'name' | 'ownerId'>): boolean {
  const others = [...database.flows.values()].filter((one) => one.ownerId === flow.ownerId && one.deletedAtMs === null);
  return isTaken(others, flow);
}

function list(database: SimulatedDatabase, search: string | null, visibleTo: string | null): readonly FlowRecord[] {
  const isVisible = (row: FlowRow): boolean =>
    visibleTo === null || [row.ownerId as string, ...row.coOwners, ...row.users].includes(visibleTo);
  return [...database.flows.values()]
    .filter((row) => row.deletedAtMs === null && isVisible(row))
    .filter((row) => search === null || row.name.toLowerCase().includes(search.toLowerCase()))
    .sort(byName)
    .slice(0, FLOWS_LISTED_MAX)
    .map((row) => flowOf(database, row));
}

function flowOf(database: SimulatedDatabase, row: FlowRow): FlowRecord {
  const current = row.versions.at(-1);
  const recent = recentRuns(database, row.id);
  const { id, name, description, ownerId, coOwners, users, version } = row;
  return {
    ...{ id, name, description, coOwners, users, version },
    owner: { id: ownerId, name: database.accounts.get(ownerId)?.name ?? '' },
    inputs: current?.inputs ?? [],
    outputs: current?.outputs ?? [],
    problems: current?.problems ?? 0,
    createdAt: new Date(row.createdAtMs),
    updatedAt: new Date(row.updatedAtMs),
    lastResults: recent.flatMap(({ state }) => (isTerminal(state) ? [state as FlowRecord['lastResults'][number]] : [])),
    lastRunAt: recent.length === 0 ? null : new Date(Math.max(...recent.map((run) => run.requestedAtMs))),
  };
}

/** Newest first. */
function recentRuns(database: SimulatedDatabase, flowId: string): readonly RunRow[] {
  const { rows } = database.runs;
  const found: RunRow[] = [];
  for (let place = rows.length - 1; place >= 0 && found.length < RECENT_RUNS; place -= 1) {
    const run = rows[place];
    if (run?.flowId === flowId) found.push(run);
  }
  return found;
}
