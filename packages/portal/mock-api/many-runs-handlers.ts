import { whyNot } from '@deskhand/domain/run/run-can.ts';
import type { ErrorCode } from '@deskhand/protocol/errors.ts';
import type { RefusedRuns, RunSelection } from '@deskhand/protocol/http/many-runs.ts';
import type { Run, RunFilterQuery } from '@deskhand/protocol/http/runs.ts';
import { addRun } from './add-run.ts';
import type { Handlers } from './handler-types.ts';
import { endRun } from './life.ts';
import { found, Refusal } from './refusal.ts';
import { baseRun } from './seed-runs.ts';
import { flowOf, type World } from './world.ts';

type Verb = 'cancel' | 'resubmit';

export function runsOf(world: World, query: RunFilterQuery): readonly Run[] {
  const states = query.state?.split(',') ?? [];
  const words = query.search?.toLowerCase() ?? '';
  return world.runs.filter(
    (run) =>
      (states.length === 0 || states.includes(run.state)) &&
      (!query.flow || run.flow.id === query.flow) &&
      (!query.cluster || run.cluster.id === query.cluster) &&
      (!query.gateway || run.gateway?.id === query.gateway) &&
      (!query.mode || run.mode === query.mode) &&
      (!query.from || run.requestedAt >= query.from) &&
      JSON.stringify([run.flow.name, run.inputs, run.error, run.requestNumber]).toLowerCase().includes(words),
  );
}

const can = (run: Run, verb: Verb): boolean => whyNot({ state: run.state, topRank: null }, verb) === null;

export function cancelOf(world: World, run: Run): Run {
  if (!can(run, 'cancel')) throw new Refusal('run-already-finished');
  return endRun(world, run, 'cancelled');
}

interface Choice {
  readonly version?: 'current' | 'original';
  readonly inputs?: Run['inputs'];
  readonly acceptUncertain?: boolean;
}

export function resubmitOf(world: World, old: Run, choice: Choice): Run {
  if (!can(old, 'resubmit')) throw new Refusal('run-not-finished');
  if (old.state === 'uncertain' && !choice.acceptUncertain) throw new Refusal('uncertain-needs-confirmation');
  const current = flowOf(world, old.flow.id);
  const version = choice.version === 'original' || !current ? old.flow.version : current.version;
  const fresh = baseRun(found(current, 'desktop flow'), ++world.nextNumber, {
    connection: old.connection,
    cluster: old.cluster,
    mode: old.mode,
    priority: old.priority,
    inputs: choice.inputs ?? old.inputs,
    resubmitOf: old.id,
    requestedAt: new Date().toISOString(),
  });
  return addRun(world, { ...fresh, flow: { ...fresh.flow, version } });
}

export function manyRunsHandlers(world: World): Handlers<'countRuns' | 'cancelRuns' | 'resubmitRuns'> {
  return {
    countRuns: ({ query: { can: verb, ...filter } }) => ({
      count: runsOf(world, filter).filter((run) => verb === undefined || can(run, verb)).length,
      upTo: world.nextNumber,
    }),
    cancelRuns: ({ body }) => {
      const { done, refused } = each(chosen(world, body, 'cancel'), (run) => cancelOf(world, run));
      return { cancelled: done.length, cancelling: 0, refused, next: null };
    },
    resubmitRuns: ({ body: { version, acceptUncertain, ...selection } }) => {
      const choice = { ...(version ? { version } : {}), ...(acceptUncertain ? { acceptUncertain } : {}) };
      const { done, refused } = each(chosen(world, selection, 'resubmit'), (run) => resubmitOf(world, run, choice));
      return { resubmitted: done.map(([old, made]) => ({ resubmitOf: old.id, run: made.id })), refused, next: null };
    },
  };
}

function chosen(world: World, { runs, filter, upTo }: RunSelection, verb: Verb): readonly Run[] {
  if (runs !== undefined) return world.runs.filter((run) => runs.includes(run.id)).toReversed();
  return runsOf(world, filter ?? {})
    .filter((run) => run.requestNumber <= (upTo ?? 0) && can(run, verb))
    .toReversed();
}

function each(runs: readonly Run[], act: (run: Run) => Run) {
  const done: (readonly [Run, Run])[] = [];
  const refused = new Map<ErrorCode, RefusedRuns[number]>();
  for (const run of runs) {
    try {
      done.push([run, act(run)]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code, detail } = error.problem;
      const known = refused.get(code) ?? { code, message: detail, count: 0, runs: [] };
      refused.set(code, { ...known, count: known.count + 1, runs: [...known.runs, run.id] });
    }
  }
  return { done, refused: [...refused.values()] };
}
