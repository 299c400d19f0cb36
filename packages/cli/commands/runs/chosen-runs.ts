import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import type { RefusedRuns, RunSelection } from '@deskhand/protocol/http/many-runs.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import { type Call, flag } from '../../command.ts';
import type { ExitCode } from '../../exit-code.ts';
import { confirm } from '../../terminal/ask.ts';
import { usageFailure } from '../../terminal/errors.ts';
import { filterOf, isFilterGiven } from './filter-options.ts';
import { findRun } from './find-run.ts';

/** The one run that was named, or undefined where a command line is about many. */
export function onlyRun(call: Call): string | undefined {
  const isFiltered = isFilterGiven(call);
  if (call.arguments.length > 0 && isFiltered)
    throw usageFailure('Runs are named or filtered, not both.', 'leave out the one or the other');
  if (call.arguments.length === 0 && !isFiltered)
    throw usageFailure('No run is named.', 'RUN, several of them, or a filter such as --state queued');
  return call.arguments.length === 1 ? call.arguments[0] : undefined;
}

export interface Chosen {
  readonly selections: readonly RunSelection[];
  readonly count: number;
}

/** What was asked for, counted and confirmed; runs that are requested after the count are not meant. */
export async function confirmedRuns(call: Call, verb: 'cancel' | 'resubmit'): Promise<Chosen> {
  const api = await call.api();
  const chosen = call.arguments.length > 0 ? await namedRuns(call, api) : await filteredRuns(call, api, verb);
  const what = verb === 'cancel' ? 'Cancel' : 'Resubmit';
  if (chosen.count > 0) await confirm(`${what} ${countOf(chosen.count)}?`, flag(call, 'yes'));
  return chosen;
}

async function namedRuns(call: Call, api: ApiClient): Promise<Chosen> {
  const ids = new Set<string>();
  for (const written of call.arguments) ids.add((await findRun(api, written)).id);
  const all = [...ids];
  const selections = [];
  for (let from = 0; from < all.length; from += limits.RUNS_NAMED_MAX)
    selections.push({ runs: all.slice(from, from + limits.RUNS_NAMED_MAX) });
  return { selections, count: all.length };
}

async function filteredRuns(call: Call, api: ApiClient, can: 'cancel' | 'resubmit'): Promise<Chosen> {
  const filter = await filterOf(call);
  const { count, upTo } = await api.countRuns({ query: { ...filter, can } });
  return { selections: count === 0 ? [] : [{ filter, upTo }], count };
}

interface Bite {
  readonly refused: RefusedRuns;
  readonly next: number | null;
}

/** Asks bite by bite until all were come to, saying how far it is. Ctrl+C ends between two bites. */
export async function biteByBite<B extends Bite>(
  call: Call,
  { selections, count }: Chosen,
  ask: (selection: RunSelection) => Promise<B>,
  doneOf: (bite: B) => number,
): Promise<readonly B[]> {
  const bites: B[] = [];
  for (const selection of selections) {
    for (let after: number | null = 0; after !== null && !call.signal.aborted; ) {
      const bite: B = await ask({ ...selection, after });
      bites.push(bite);
      after = bite.next;
      if (after !== null)
        call.output.hint(`${String(bites.reduce((sum, one) => sum + doneOf(one), 0))} of ${countOf(count)}`);
    }
  }
  return bites;
}

/** The refusals of all bites, one for each code. */
export function refusedOf(bites: readonly Bite[]): RefusedRuns {
  const byCode = new Map<string, RefusedRuns[number]>();
  for (const refused of bites.flatMap((bite) => bite.refused)) {
    const known = byCode.get(refused.code);
    byCode.set(refused.code, known === undefined ? refused : { ...known, count: known.count + refused.count });
  }
  return [...byCode.values()];
}

export const refusedAsText = (refused: RefusedRuns): readonly string[] =>
  refused.map(
    ({ code, message, count, runs }) => `${countOf(count)} refused: ${message} (${code}; ${runs.join(', ')})`,
  );

/** Refusals count only where nothing else came of it. */
export function exitOfMany(call: Call, done: number, refused: RefusedRuns): ExitCode {
  if (call.signal.aborted) return 130;
  return done === 0 && refused.length > 0 ? 6 : 0;
}

export const countOf = (count: number): string => `${String(count)} ${count === 1 ? 'run' : 'runs'}`;
