import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openMetrics } from './metrics.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition: string }[] };
}

const file = join(import.meta.dirname, '../../../../docs/operations/grafana.json');
const dashboard = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
const charts = dashboard.panels.filter(({ type }) => type !== 'row');
const queries = charts.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const asked = [...queries, ...dashboard.templating.list.map(({ definition }) => definition)];

const exposed = openMetrics({ readQueues: () => Promise.resolve([]) }).names();
const series = new Set(exposed.flatMap((name) => [name, `${name}_bucket`, `${name}_sum`, `${name}_count`]));

test('the dashboard asks only for metrics that a server exposes, and shows every one of ours', () => {
  const named = asked.flatMap((query) => query.match(/\b(?:deskhand|process|nodejs)_[a-z0-9_]+/g) ?? []);
  expect(named.filter((name) => !series.has(name))).toEqual([]);
  const shown = new Set(queries.flatMap((query) => query.match(/\bdeskhand_[a-z_]+/g) ?? []));
  const isShown = (name: string): boolean => [...shown].some((one) => one.replace(/_(bucket|sum|count)$/, '') === name);
  expect(exposed.filter((name) => name.startsWith('deskhand_') && !isShown(name))).toEqual([]);
});

test('every variable that a query uses is declared, and every chart has a query', () => {
  const builtIn = ['__rate_interval'];
  const declared = new Set([...dashboard.templating.list.map(({ name }) => name), ...builtIn]);
  const used = queries.flatMap((query) => [...query.matchAll(/\$(\w+)/g)].map(([, name]) => name ?? ''));
  expect(used.filter((name) => !declared.has(name))).toEqual([]);
  expect(charts.filter(({ targets }) => !targets?.length).map(({ title }) => title)).toEqual([]);
});

test('no two charts lie over one another, and each has a number of its own', () => {
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(dashboard.panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
});
