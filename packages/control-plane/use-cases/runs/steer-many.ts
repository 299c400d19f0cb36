import { createHash } from 'node:crypto';
import type {
  CancelledRuns,
  manyRunsRoutes,
  ResubmittedRuns,
  RunSelection,
} from '@deskhand/protocol/http/many-runs.ts';
import type { BodyOf } from '@deskhand/protocol/http/route.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import type { AuditFact } from '../../ports/outcome.ts';
import type { CancelledRun } from '../../ports/runs.ts';
import { auditBy, type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';
import { chooserOf, Refusals } from './choose-runs.ts';
import type { RunPorts } from './run-ports.ts';
import { resubmit, tellOfCancel } from './steer.ts';

/** Rows that one transaction holds: whoever plans or cancels one of them waits no longer than for so many. */
export const RUNS_PER_TRANSACTION_MAX = 500;
/** Pages hear of each run while they are few; beyond that they read anew, which costs less. */
const RUNS_TOLD_MAX = 200;

/**
 * A bounded bite of the runs that were chosen, oldest request first, because those start next. Each transaction is whole and
 * has its own audit row, so a request that is cut off has lost nothing, and the same one may be sent again.
 */
export async function cancelMany(
  ports: RunPorts,
  caller: Caller,
  selection: RunSelection,
): Promise<Outcome<CancelledRuns>> {
  const refused = new Refusals();
  const choose = await chooserOf(ports, caller, { selection, verb: 'cancel', refused });
  if (!choose.ok) return choose;
  const audit = auditBy(caller, 'cancel', 'runs', whichOf(selection));
  const cancelled: CancelledRun[] = [];
  let left = limits.RUNS_CANCELLED_PER_REQUEST_MAX;
  let next: number | null = selection.after ?? 0;
  try {
    while (next !== null && left > 0) {
      const chosen = await choose.value(next, Math.min(left, RUNS_PER_TRANSACTION_MAX));
      cancelled.push(...(await cancelChosen(ports, caller, chosen.ids, audit)));
      left -= chosen.ids.length;
      next = chosen.next;
    }
  } finally {
    tellPages(ports, cancelled);
  }
  for (const { id, answer } of cancelled) {
    if (answer.did === 'nothing' && answer.state !== 'cancelling') refused.add(id, refuse('run-already-finished'));
  }
  return done({ ...sumOf(cancelled), refused: refused.toWire(), next });
}

/** Gateways and planners hear of each transaction at once. */
async function cancelChosen(
  ports: RunPorts,
  caller: Caller,
  ids: readonly string[],
  audit: AuditFact,
): Promise<readonly CancelledRun[]> {
  if (ids.length === 0) return [];
  const runs = await ports.runs.cancelMany(ids, caller.name, audit);
  for (const { id, answer } of runs) tellOfCancel(ports, id, answer);
  for (const clusterId of new Set(runs.map((run) => run.clusterId))) {
    ports.changes.publish({ kind: 'run-queue', clusterId });
    ports.wakeups.wake(clusterId);
  }
  return runs;
}

function tellPages({ changes }: RunPorts, runs: readonly CancelledRun[]): void {
  if (runs.length > RUNS_TOLD_MAX) changes.publish({ kind: 'reload' });
  else for (const { id: runId } of runs) changes.publish({ kind: 'run', runId });
}

/** Whoever is being cancelled already counts as asked: the caller has what they wanted. */
function sumOf(runs: readonly CancelledRun[]): Pick<CancelledRuns, 'cancelled' | 'cancelling'> {
  const isAsked = ({ answer }: CancelledRun): boolean =>
    answer.did === 'cancelling' || (answer.did === 'nothing' && answer.state === 'cancelling');
  return {
    cancelled: runs.filter(({ answer }) => answer.did === 'cancelled').length,
    cancelling: runs.filter(isAsked).length,
  };
}

function whichOf({ runs, filter, upTo }: RunSelection): AuditFact['detail'] {
  return runs === undefined ? { filter, upTo } : { runs };
}

/**
 * A bounded bite of the runs that were chosen, oldest request first, so that the new runs wait in the order of the old ones.
 * Each is judged as if it were submitted again alone, under a key made of the request's: asked again, none starts twice.
 */
export async function resubmitMany(
  ports: RunPorts,
  caller: Caller,
  request: BodyOf<typeof manyRunsRoutes.resubmitRuns>,
  key: string | undefined,
): Promise<Outcome<ResubmittedRuns>> {
  if (key === undefined)
    return refuse('invalid-request', { detail: 'many runs are resubmitted with an Idempotency-Key' });
  const { version, acceptUncertain, ...selection } = request;
  const choice = {
    ...(version === undefined ? {} : { version }),
    ...(acceptUncertain === undefined ? {} : { acceptUncertain }),
  };
  const refused = new Refusals();
  const choose = await chooserOf(ports, caller, { selection, verb: 'resubmit', refused });
  if (!choose.ok) return choose;
  const { ids, next } = await choose.value(selection.after ?? 0, limits.RUNS_RESUBMITTED_PER_REQUEST_MAX);
  const resubmitted: ResubmittedRuns['resubmitted'] = [];
  for (const id of ids) {
    const answer = await resubmit(ports, caller, id, choice, { key: keyOf(key, id) });
    if (answer.ok) resubmitted.push({ resubmitOf: id, run: answer.value.id });
    else refused.add(id, answer);
  }
  return done({ resubmitted, refused: refused.toWire(), next });
}

/** As long for every key, and of no use to a request about one run. */
const keyOf = (key: string, runId: string): string =>
  `many-${createHash('sha256')
    .update(JSON.stringify([key, runId]))
    .digest('base64url')}`;
