import type { GatewayId } from '@deskhand/domain/brand.ts';
import { transition } from '@deskhand/domain/run/transitions.ts';
import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import type {
  CancelAnswer,
  CancelledRun,
  FoundRun,
  LogPage,
  LogWindow,
  RunConditions,
  RunFilter,
  RunRecord,
  RunStore,
  RunStretch,
} from '@deskhand/control-plane/ports/runs.ts';
import type { AuditFact } from '@deskhand/control-plane/ports/outcome.ts';
import type { SimulatedDatabase } from './database.ts';
import { namedBy, recordOf } from './run-records.ts';
import type { RunRow } from './rows.ts';
import type { StoreSession } from './server.ts';
import { addRun, submitFacts } from './submit.ts';

export function openSimulatedRunStore(session: StoreSession): RunStore {
  const { database } = session.server;
  return {
    submitFacts: (question) => session.run('submit-facts', () => submitFacts(database, question)),
    add: (...given) => {
      const [run, , , , , offer] = given;
      const locks = offer !== null || run.priority === 'high';
      const cluster = () => database.connections.get(run.connectionId)?.clusterId;
      return session.run('add-run', () => addRun(database, ...given), locks ? cluster : undefined);
    },
    byId: (id) =>
      session.run('run-by-id', () => {
        const row = database.runs.get(id);
        return row && recordOf(database, row);
      }),
    byIds: (ids) => session.run('runs-by-ids', () => byIds(database, ids)),
    list: (filter) => session.run('list-runs', () => list(database, filter)),
    find: (stretch) => session.run('find-runs', () => find(database, stretch)),
    count: (conditions) =>
      session.run('count-runs', () => ({
        count: database.runs.rows.filter((row) => isAskedFor(database, row, conditions)).length,
        upTo: database.runs.rows.at(-1)?.requestNumber ?? 0,
      })),
    log: (runId, window) => session.run('read-log', () => readLog(database, runId, window)),
    events: (runId) =>
      session.run('run-events', () =>
        database.partsOf(runId).events.map(({ atMs, ...event }) => ({ at: new Date(atMs), ...event })),
      ),
    screenshots: (runId) =>
      session.run('screenshots', () =>
        database
          .partsOf(runId)
          .screenshots.toSorted((a, b) => a.number - b.number)
          .map(({ atMs, png, ...shot }) => ({ ...shot, at: new Date(atMs), bytes: png.length })),
      ),
    screenshot: (runId, number) =>
      session.run('screenshot', () => database.partsOf(runId).screenshots.find((one) => one.number === number)?.png),
    cancel: (runId, actor, audit) => session.run('cancel', () => cancel(database, runId, actor, audit)),
    cancelMany: (runIds, actor, audit) => session.run('cancel-many', () => cancelMany(database, runIds, actor, audit)),
    countQueued: (clusterId, limit) =>
      session.run('count-queued', () => {
        const counts = [...database.runs.queueOf(clusterId).values()].map((members) => members.length);
        return Math.min(
          limit,
          counts.reduce((sum, count) => sum + count, 0),
        );
      }),
  };
}

function byIds(database: SimulatedDatabase, ids: readonly string[]): readonly RunRecord[] {
  return [...new Set(ids)].flatMap((id) => {
    const row = database.runs.get(id);
    return row === undefined ? [] : [recordOf(database, row, 'listed')];
  });
}

/** Newest request first. */
function list(database: SimulatedDatabase, filter: RunFilter): readonly RunRecord[] {
  const { rows } = database.runs;
  const found: RunRecord[] = [];
  for (let place = rows.length - 1; place >= 0 && found.length < filter.limit; place -= 1) {
    const row = rows[place];
    if (row === undefined || (filter.before !== null && row.requestNumber >= filter.before)) continue;
    if (isAskedFor(database, row, filter)) found.push(recordOf(database, row, 'listed'));
  }
  return found;
}

/** Oldest request first. */
function find(database: SimulatedDatabase, { after, upTo, limit, ...conditions }: RunStretch): readonly FoundRun[] {
  const found: FoundRun[] = [];
  for (const row of database.runs.rows) {
    if (found.length >= limit || row.requestNumber > upTo) break;
    if (row.requestNumber > after && isAskedFor(database, row, conditions))
      found.push({ id: row.id, requestNumber: row.requestNumber });
  }
  return found;
}

function isAskedFor(database: SimulatedDatabase, row: RunRow, filter: RunConditions): boolean {
  const equal = ['flowId', 'connectionId', 'clusterId', 'gatewayId', 'submittedBy', 'mode'] as const;
  if (equal.some((name) => filter[name] !== undefined && row[name] !== filter[name])) return false;
  if (filter.states !== undefined && !filter.states.includes(row.state)) return false;
  if (filter.from !== undefined && row.requestedAtMs < filter.from.getTime()) return false;
  if (filter.to !== undefined && row.requestedAtMs >= filter.to.getTime()) return false;
  if (filter.search !== undefined && !matches(database, row, filter.search)) return false;
  if (filter.visibleTo === null || row.submittedBy === filter.visibleTo) return true;
  const { flow } = namedBy(database, row);
  return flow.ownerId === filter.visibleTo || flow.coOwners.includes(filter.visibleTo);
}

function matches(database: SimulatedDatabase, row: RunRow, search: string): boolean {
  const { flow, connection, submitter } = namedBy(database, row);
  const texts = [flow.name, connection.name, connection.accountName, submitter.name];
  return row.id === search || texts.some((text) => contains(text, search));
}

const contains = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase());

function readLog(database: SimulatedDatabase, runId: string, window: LogWindow): LogPage {
  const run = database.runs.get(runId);
  if (run === undefined) return { lines: [], total: 0, lost: 0, attempt: 0, firstErrorSeq: null };
  const attempt = window.attempt ?? run.attempt;
  const all = database.partsOf(runId).log.get(attempt)?.flat() ?? [];
  const asked = all.filter((line) => isInWindow(line, window));
  const fromEnd = window.tail || window.before !== undefined;
  return {
    lines: fromEnd ? asked.slice(Math.max(0, asked.length - window.limit)) : asked.slice(0, window.limit),
    total: all.at(-1)?.seq ?? 0,
    lost: attempt === run.attempt ? run.logLinesLost + run.logLinesUnnumbered : 0,
    attempt,
    firstErrorSeq: all.find((line) => line.status === 'failed')?.seq ?? null,
  };
}

function isInWindow(line: LogLine, { after, before, level, search }: LogWindow): boolean {
  if (after !== undefined && line.seq <= after) return false;
  if (before !== undefined && line.seq >= before) return false;
  if (level === 'warning' && line.level === 'info' && line.status !== 'failed') return false;
  if (level === 'error' && line.level !== 'error') return false;
  return search === undefined || contains(line.message, search) || contains(line.action, search);
}

function cancel(database: SimulatedDatabase, runId: string, actor: string, audit: AuditFact): CancelAnswer {
  const run = database.runs.get(runId);
  if (run === undefined) return { did: 'not-found' };
  const answer = cancelOne(database, run, actor);
  if (answer.did !== 'nothing') database.addAudit(audit);
  return answer;
}

function cancelMany(
  database: SimulatedDatabase,
  runIds: readonly string[],
  actor: string,
  audit: AuditFact,
): readonly CancelledRun[] {
  const runs = [...new Set(runIds)].flatMap((id) => database.runs.get(id) ?? []);
  const answers = runs.map((run) => ({
    id: run.id,
    clusterId: run.clusterId,
    answer: cancelOne(database, run, actor),
  }));
  const count = (did: CancelAnswer['did']): number => answers.filter(({ answer }) => answer.did === did).length;
  const counts = { cancelled: count('cancelled'), cancelling: count('cancelling') };
  if (counts.cancelled + counts.cancelling > 0) database.addAudit({ ...audit, detail: { ...audit.detail, ...counts } });
  return answers;
}

/** A queued run ends at once; one on a machine is asked to end there. */
function cancelOne(database: SimulatedDatabase, run: RunRow, actor: string): CancelledRun['answer'] {
  const next = transition(run.state, 'cancel');
  if (!next.ok) return { did: 'nothing', state: run.state };
  const isOver = next.state === 'cancelled';
  database.runs.set({
    ...run,
    state: next.state,
    cancelBecause: 'cancelled',
    endedAtMs: isOver ? database.nowMs() : run.endedAtMs,
  });
  if (isOver) database.freeSlotOf(run.id);
  const detail = isOver ? 'Cancelled before it started' : 'Asked to end';
  database.addEvent(run.id, { attempt: run.attempt, event: 'cancel', detail, actor });
  const gatewayId = run.gatewayId as GatewayId;
  if (!isOver) return { did: 'cancelling', attempt: run.attempt, gatewayId };
  return { did: 'cancelled', attempt: run.attempt, withdrawnFrom: run.state === 'offered' ? gatewayId : null };
}
