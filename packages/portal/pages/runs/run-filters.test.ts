import { expect, test } from 'vitest';
import { parseSearch, stringifySearch } from '../../app/search.ts';
import {
  filtersFromSearch,
  isFiltered,
  type RunFilters,
  runsCommandOf,
  runsQueryOf,
  searchFromFilters,
  withFilter,
} from './run-filters.ts';

const throughAddress = (filters: RunFilters): RunFilters =>
  filtersFromSearch(parseSearch(stringifySearch({ ...searchFromFilters(filters) })));

test.each<[string, RunFilters]>([
  ['no filter', { state: [] }],
  ['several states', { state: ['failed', 'timedOut'] }],
  [
    'everything at once',
    {
      state: ['queued'],
      flow: 'flow-1',
      cluster: 'c1',
      connection: 'k1',
      gateway: 'g1',
      mode: 'attended',
      from: '7d',
      search: 'a & b = 50 %, "quoted"',
      cursor: 'abc',
    },
  ],
])('filters survive the way through the address: %s', (_what, filters) => {
  expect(throughAddress(filters)).toEqual(filters);
});

test('an address stays readable', () => {
  expect(stringifySearch({ state: 'failed,timedOut', from: '24h' })).toBe('?state=failed,timedOut&from=24h');
});

test('what is not understood in an address is left out', () => {
  const filters = filtersFromSearch({
    state: 'failed,exploded',
    mode: 'sideways',
    from: '3y',
    flow: '../x',
    search: '',
  });
  expect(filters).toEqual({ state: ['failed'] });
});

test('a changed filter starts at the first page again', () => {
  expect(withFilter({ state: [], cursor: 'abc' }, { mode: 'attended' })).toEqual({ state: [], mode: 'attended' });
});

test('a page further on is not a filter', () => {
  expect(isFiltered({ state: [], cursor: 'abc' })).toBe(false);
  expect(isFiltered({ state: [], search: 'x' })).toBe(true);
});

test('a span becomes a start time, rounded to minutes so that the same question is asked again', () => {
  const nowMs = Date.UTC(2026, 10, 23, 12, 0, 30);
  expect(runsQueryOf({ state: ['failed'], from: '1h' }, nowMs)).toEqual({
    state: 'failed',
    from: '2026-11-23T11:00:00.000Z',
    limit: 50,
  });
});

test('the command for the same list quotes what a shell would split', () => {
  expect(runsCommandOf({ state: ['failed'], search: "bob's list" })).toBe(
    `deskhand runs list --state failed --search 'bob'\\''s list'`,
  );
});
