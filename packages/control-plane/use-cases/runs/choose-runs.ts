import { runCan } from '@deskhand/domain/run/run-can.ts';
import type { RunState } from '@deskhand/domain/run/run.ts';
import { allStates } from '@deskhand/domain/run/transitions.ts';
import type { ErrorCode } from '@deskhand/protocol/errors.ts';
import { problem } from '@deskhand/protocol/errors.ts';
import type { manyRunsRoutes, RefusedRuns, RunSelection } from '@deskhand/protocol/http/many-runs.ts';
import type { QueryOf, ReplyOf } from '@deskhand/protocol/http/route.ts';
import type { RunConditions } from '../../ports/runs.ts';
import { type Caller, done, type Outcome, type Refusal, refuse } from '../../ports/outcome.ts';
import { conditionsOf } from './run-conditions.ts';
import { maySeeRun, type RunPorts } from './run-ports.ts';

type Verb = 'cancel' | 'resubmit';

/** What a page or a command asks before it asks for many: the answer's `upTo` goes with the filter. */
export async function count(
  ports: RunPorts,
  caller: Caller,
  { can, ...filter }: QueryOf<typeof manyRunsRoutes.countRuns>,
): Promise<Outcome<ReplyOf<typeof manyRunsRoutes.countRuns>>> {
  const conditions = conditionsOf(caller, filter);
  if (!conditions.ok) return conditions;
  return done(await ports.runs.count(can === undefined ? conditions.value : ableTo(can, conditions.value)));
}

/** Some of the runs that were chosen, and the request number that they reach to: null when there are no more. */
export interface ChosenRuns {
  readonly ids: readonly string[];
  readonly next: number | null;
}

/** Answers the next so many at each call. */
export type Chooser = (after: number, limit: number) => Promise<ChosenRuns>;

/** Named runs come all at once; those that the caller may not see are refused as if they did not exist. */
export async function chooserOf(
  ports: RunPorts,
  caller: Caller,
  { selection, verb, refused }: { readonly selection: RunSelection; readonly verb: Verb; readonly refused: Refusals },
): Promise<Outcome<Chooser>> {
  const { runs: named, filter, upTo } = selection;
  if (named !== undefined && filter === undefined) return done(await chooserOfNamed(ports, caller, named, refused));
  if (named !== undefined || filter === undefined || upTo === undefined)
    return invalid('name runs, or give a filter and upTo');
  const conditions = conditionsOf(caller, filter);
  if (!conditions.ok) return conditions;
  const { visibleTo: _, ...asked } = conditions.value;
  if (Object.keys(asked).length === 0) return invalid('the filter is empty, which would be every run');
  return done(async (after, limit) => {
    const found = await ports.runs.find({ ...ableTo(verb, conditions.value), after, upTo, limit });
    const last = found.at(-1);
    return {
      ids: found.map(({ id }) => id),
      next: last === undefined || found.length < limit ? null : last.requestNumber,
    };
  });
}

const invalid = (detail: string): Refusal => refuse('invalid-request', { detail });

async function chooserOfNamed(
  ports: RunPorts,
  caller: Caller,
  named: readonly string[],
  refused: Refusals,
): Promise<Chooser> {
  const visible = new Set<string>();
  for (const run of await ports.runs.byIds(named)) if (maySeeRun(caller, run)) visible.add(run.id);
  const ids = [...new Set(named)];
  for (const id of ids) if (!visible.has(id)) refused.add(id, refuse('not-found', { what: 'run' }));
  return () => Promise.resolve({ ids: ids.filter((id) => visible.has(id)), next: null });
}

/** Of the states that were asked for, those that the verb is for. */
function ableTo(verb: Verb, conditions: RunConditions): RunConditions {
  const asked: readonly RunState[] = conditions.states ?? allStates;
  return { ...conditions, states: asked.filter((state) => runCan({ state, topRank: null }, verb).ok) };
}

const EXAMPLES_MAX = 5;

/** Refusals of one request, summed up by their codes. */
export class Refusals {
  readonly #byCode = new Map<ErrorCode, { readonly first: Refusal; readonly runs: string[]; count: number }>();

  add(runId: string, refusal: Refusal): void {
    const known = this.#byCode.get(refusal.code) ?? { first: refusal, runs: [], count: 0 };
    known.count += 1;
    if (known.runs.length < EXAMPLES_MAX) known.runs.push(runId);
    this.#byCode.set(refusal.code, known);
  }

  toWire(): RefusedRuns {
    return [...this.#byCode].map(([code, { first, runs, count: times }]) => ({
      code,
      message: problem(code, first.values).detail,
      count: times,
      runs,
    }));
  }
}
