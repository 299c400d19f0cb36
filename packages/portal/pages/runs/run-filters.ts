import type { OperationInput } from '@deskhand/protocol/http/client.ts';
import type { Routes } from '@deskhand/protocol/http/routes.ts';
import type { RunMode, RunState } from '@deskhand/domain/run/run.ts';
import { stateNames } from '../../ui/run-state.ts';

/** The filters of the run list; they live in the address and nowhere else. */
export interface RunFilters {
  readonly state: readonly RunState[];
  readonly flow?: string;
  readonly cluster?: string;
  readonly connection?: string;
  readonly gateway?: string;
  readonly mode?: RunMode;
  /** A span back from now. */
  readonly from?: RunSpan;
  readonly search?: string;
  readonly cursor?: string;
}

export const runSpans = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 } as const;
export type RunSpan = keyof typeof runSpans;

/** What stands in the address: flat texts, absent when not filtered by. */
export interface RunSearch {
  readonly state?: string;
  readonly flow?: string;
  readonly cluster?: string;
  readonly connection?: string;
  readonly gateway?: string;
  readonly mode?: string;
  readonly from?: string;
  readonly search?: string;
  readonly cursor?: string;
}

const ID = /^[A-Za-z0-9_-]{1,64}$/;
const CURSOR_LENGTH_MAX = 200;
const SEARCH_LENGTH_MAX = 120;

/** Reads an address; what is not understood is left out, so that an old link still opens. */
export function filtersFromSearch(search: Readonly<Record<string, unknown>>): RunFilters {
  const states = textOf(search.state).split(',');
  const mode = textOf(search.mode);
  const from = textOf(search.from);
  const words = textOf(search.search).slice(0, SEARCH_LENGTH_MAX);
  const cursor = textOf(search.cursor).slice(0, CURSOR_LENGTH_MAX);
  return {
    state: stateNames.filter((state) => states.includes(state)),
    ...idIn(search, 'flow'),
    ...idIn(search, 'cluster'),
    ...idIn(search, 'connection'),
    ...idIn(search, 'gateway'),
    ...(mode === 'attended' || mode === 'unattended' ? { mode } : {}),
    ...(Object.hasOwn(runSpans, from) ? { from: from as RunSpan } : {}),
    ...(words ? { search: words } : {}),
    ...(cursor ? { cursor } : {}),
  };
}

/** Writes the address of a filter; the opposite of `filtersFromSearch`. */
export function searchFromFilters(filters: RunFilters): RunSearch {
  const { state, ...rest } = filters;
  return { ...(state.length > 0 ? { state: state.join(',') } : {}), ...rest };
}

/** A change of filter starts at the first page again. */
export function withFilter(filters: RunFilters, change: Partial<RunFilters>): RunFilters {
  const { cursor: _firstPageAgain, ...kept } = filters;
  const merged = Object.entries({ ...kept, ...change }).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(merged) as unknown as RunFilters;
}

export const isFiltered = (filters: RunFilters): boolean =>
  Object.keys(searchFromFilters(filters)).some((key) => key !== 'cursor');

type RunsQuery = NonNullable<OperationInput<Routes['listRuns']>['query']>;
const PAGE_SIZE = 50;
const MINUTE_MS = 60_000;

/** The question for the API. The start of the span is rounded to minutes, so that the cache is hit. */
export function runsQueryOf(filters: RunFilters, nowMs: number): RunsQuery {
  const { state, from, ...rest } = filters;
  return {
    ...rest,
    ...(state.length > 0 ? { state: state.join(',') } : {}),
    ...(from ? { from: new Date(Math.floor(nowMs / MINUTE_MS) * MINUTE_MS - runSpans[from]).toISOString() } : {}),
    limit: PAGE_SIZE,
  };
}

/** The same list from a terminal. */
export function runsCommandOf(filters: RunFilters): string {
  const words = Object.entries(searchFromFilters(withFilter(filters, {}))).map(
    ([name, value]) => ` --${name} ${quoteForShell(String(value))}`,
  );
  return `deskhand runs list${words.join('')}`;
}

export function quoteForShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function idIn<Key extends string>(search: Readonly<Record<string, unknown>>, key: Key): Partial<Record<Key, string>> {
  const text = textOf(search[key]);
  return (ID.test(text) ? { [key]: text } : {}) as Partial<Record<Key, string>>;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
