import type { Run } from '@deskhand/protocol/http/runs.ts';
import { dryRunOf, judged } from './dry-run.ts';
import type { Handlers } from './handler-types.ts';
import { addRun } from './add-run.ts';
import { seedReport } from './machine-check.ts';
import { membersOf, moveRunsToTop, queuedOf, queueView, replaceRun, startOf, undoMoveOf } from './queue.ts';
import { found, Refusal } from './refusal.ts';
import { cancelOf, manyRunsHandlers, resubmitOf, runsOf } from './many-runs-handlers.ts';
import { watchScreenOf } from './screen-stream.ts';
import { drawScreenshot } from './screenshot.ts';
import { baseRun, reasons } from './seed-runs.ts';
import { whyBeforeOf } from './why-before.ts';
import type { World } from './world.ts';

type RunOperations =
  | 'submitRun'
  | 'dryRun'
  | 'listRuns'
  | 'getRun'
  | 'cancelRun'
  | 'resubmitRun'
  | 'countRuns'
  | 'cancelRuns'
  | 'resubmitRuns'
  | 'getRunLog'
  | 'getRunEvents'
  | 'listScreenshots'
  | 'getScreenshot'
  | 'watchScreen'
  | 'explainRun'
  | 'getRunMachineCheck'
  | 'whyBefore'
  | 'getDecision'
  | 'getRunQueue'
  | 'moveToTop'
  | 'undoMove'
  | 'undoMoves'
  | 'setPriority';

export function runHandlers(world: World): Handlers<RunOperations> {
  const runOf = (id: string): Run =>
    found(
      world.runs.find((run) => run.id === id),
      'run',
    );
  return {
    listRuns: ({ query }) => {
      const matching = runsOf(world, query);
      const start = Number(query.cursor ?? 0);
      const end = start + (query.limit ?? 50);
      return { items: matching.slice(start, end), nextCursor: end < matching.length ? String(end) : null };
    },
    getRun: ({ params }) => runOf(params.id),
    dryRun: ({ body }) => dryRunOf(world, body),
    submitRun: ({ body }) => {
      const { flow, connection } = judged(world, body);
      const run = baseRun(flow, ++world.nextNumber, {
        connection: { id: connection.id, name: connection.name, accountName: connection.accountName },
        cluster: { id: connection.clusterId, name: connection.clusterName },
        mode: body.mode,
        priority: body.priority ?? 'normal',
        inputs: body.inputs ?? {},
        requestedAt: new Date().toISOString(),
      });
      return addRun(world, run);
    },
    resubmitRun: ({ params, body }) => resubmitOf(world, runOf(params.id), body),
    cancelRun: ({ params }) => cancelOf(world, runOf(params.id)),
    ...manyRunsHandlers(world),
    getRunLog: ({ params, query }) => {
      const run = runOf(params.id);
      const all = world.logs.get(run.id) ?? [];
      const words = query.search?.toLowerCase();
      const matching = all.filter(
        (line) =>
          (!query.level || line.level === query.level) &&
          (!words || `${line.action} ${line.message} ${line.subflow}`.toLowerCase().includes(words)),
      );
      const limit = query.limit ?? 500;
      const after = query.after;
      const lines =
        after !== undefined
          ? matching.filter((line) => line.seq > Number(after)).slice(0, limit)
          : matching.filter((line) => !query.before || line.seq < Number(query.before)).slice(-limit);
      const firstErrorSeq = all.find((line) => line.level === 'error')?.seq ?? null;
      return { lines, total: all.length, lost: run.logLinesLost, attempt: run.attempt, firstErrorSeq };
    },
    getRunEvents: ({ params }) => ({ items: eventsOf(runOf(params.id)) }),
    listScreenshots: ({ params }) => {
      const run = runOf(params.id);
      const items = Array.from({ length: run.screenshots }, (_shot, index) => ({
        number: index + 1,
        at: run.endedAt ?? run.requestedAt,
        attempt: run.attempt,
        caption: index === run.screenshots - 1 ? 'At the end' : 'At the error',
        bytes: 48_200,
      }));
      return { items };
    },
    getScreenshot: ({ params }) => drawScreenshot(runOf(params.id)),
    watchScreen: ({ params }) => watchScreenOf(world, runOf(params.id)),
    getRunMachineCheck: ({ params }) => {
      const { attempt, endedAt } = runOf(params.id);
      return { attempt, notedAt: endedAt, report: seedReport(Date.parse(endedAt ?? '') || Date.now()) };
    },
    explainRun: ({ params }) => {
      const run = runOf(params.id);
      return {
        state: run.state,
        position: run.position,
        nextToRun: run.display === 'Next to run',
        because: run.because,
        starts: run.state === 'queued' ? startOf(run, (run.position ?? 1) - 1) : null,
        members: run.state === 'queued' ? membersOf(world, run) : [],
      };
    },
    getDecision: () => {
      throw new Refusal('not-found', { what: 'planning decision' });
    },
    whyBefore: ({ params }) => whyBeforeOf(world, runOf(params.id), runOf(params.other)),
    getRunQueue: ({ params }) => queueView(world, params.id),
    moveToTop: ({ params, body }) => {
      moveRunsToTop(world, params.id, body.runs);
      return queueView(world, params.id);
    },
    undoMove: ({ params }) => {
      const run = runOf(params.id);
      if (!run.movedToTop) throw new Refusal('run-not-moved');
      return undoMoveOf(world, run);
    },
    undoMoves: ({ params, body }) => {
      const moved = queuedOf(world, params.id).filter((run) => run.movedToTop && body.runs.includes(run.id));
      if (moved.length === 0) throw new Refusal('run-not-moved');
      for (const run of moved) undoMoveOf(world, run);
      return queueView(world, params.id);
    },
    setPriority: ({ params, body }) => {
      const run = runOf(params.id);
      if (run.state !== 'queued') throw new Refusal('run-not-queued');
      return replaceRun(world, { ...run, priority: body.priority });
    },
  };
}

function eventsOf(run: Run) {
  const isAttended = run.mode === 'attended';
  const waitedAt = isAttended ? null : run.offeredAt;
  const where = isAttended ? 'in the open session of' : 'signed in as';
  const rows: readonly (readonly [string | null, string, string, string])[] = [
    [run.requestedAt, 'submit', `${run.mode}, ${run.priority} priority`, run.submittedBy.name],
    [waitedAt, 'waits', `${run.gateway?.name ?? ''}: ${reasons.slot.message}`, 'Deskhand'],
    [run.offeredAt, 'offer', `to ${run.gateway?.name ?? ''}`, 'server'],
    [run.signingInAt, 'acquire', `by ${run.gateway?.name ?? ''}`, run.gateway?.name ?? ''],
    [run.startedAt, 'start', `${where} ${run.connection.accountName}`, run.gateway?.name ?? ''],
    [run.endedAt, run.state, run.error?.code ?? '', run.gateway?.name ?? 'server'],
    [run.signedOutAt, 'signed out', 'no process of the session is left', run.gateway?.name ?? ''],
  ];
  return rows.flatMap(([at, event, detail, actor]) =>
    at === null ? [] : [{ at, attempt: event === 'submit' ? 0 : run.attempt, event, detail, actor }],
  );
}
