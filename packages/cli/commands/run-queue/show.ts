import type { RunQueueView } from '@deskhand/protocol/http/runs.ts';
import { argument, type Call, type Command } from '../../command.ts';
import { startCell } from '../predicted-start.ts';
import { findCluster } from '../find-cluster.ts';
import { ageOf } from '../../terminal/time.ts';

interface Row {
  readonly id: string;
  readonly place: string;
  readonly state: string;
  readonly flow: string;
  readonly account: string;
  readonly priority: string;
  readonly age: string;
  readonly starts: string;
  readonly because: string;
}

export const show: Command = {
  name: 'run-queue show',
  summary: 'Show what runs and what waits in a gateway cluster, and why.',
  arguments: [{ syntax: '<cluster>', description: 'name or id of the gateway cluster' }],
  examples: ['deskhand queue show kiosks', 'deskhand run-queue show kiosks --json'],
  exitCodes: [0, 4, 5, 7],
  run: async (call) => {
    const api = await call.api();
    const cluster = await findCluster(api, argument(call, 0));
    printQueue(call, await api.getRunQueue({ params: { id: cluster.id } }));
    return 0;
  },
};

export function printQueue(call: Call, view: RunQueueView): void {
  if (call.output.json) {
    call.output.one(view, () => '');
    return;
  }
  call.output.list(
    rowsOf(view),
    [
      { title: 'place', cell: (row) => row.place },
      { title: 'run', cell: (row) => row.id },
      { title: 'state', cell: (row) => row.state },
      { title: 'flow', cell: (row) => row.flow, cut: 2 },
      { title: 'account', cell: (row) => row.account, cut: 1 },
      { title: 'priority', cell: (row) => row.priority },
      { title: 'age', cell: (row) => row.age },
      { title: 'starts', cell: (row) => row.starts },
      { title: 'because', cell: (row) => row.because, cut: 3 },
    ],
    `Nothing runs and nothing waits in ${view.cluster.name}.`,
  );
  const atRisk = view.atRisk === 0 ? '' : `, ${view.atRisk} at risk of missing the start deadline (!)`;
  call.output.hint(`${view.slots.inUse} of ${view.slots.all} slots in use, ${view.total} waiting${atRisk}`);
  if (view.accuracy !== null) call.output.hint(accuracyText(view.accuracy));
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

function accuracyText({ runs, medianError, coverage }: NonNullable<RunQueueView['accuracy']>): string {
  return `predicted starts of the last ${runs} long waits: off by ${percent(medianError)} of the wait, ${percent(coverage)} within the interval`;
}

function rowsOf(view: RunQueueView): readonly Row[] {
  const now = Date.now();
  const row = (run: RunQueueView['running'][number], place: string, starts: string, because: string): Row => ({
    id: run.id,
    place,
    state: run.display,
    flow: run.flow.name,
    account: run.connection.accountName,
    priority: run.movedToTop ? 'top' : run.priority,
    age: ageOf(run.requestedAt, now),
    starts,
    because,
  });
  return [
    ...view.running.map((run) => row(run, '-', '-', run.gateway?.name ?? '')),
    ...view.queued.map(({ run, position, starts, because }) =>
      row(run, String(position), startCell(starts), because?.message ?? ''),
    ),
  ];
}
