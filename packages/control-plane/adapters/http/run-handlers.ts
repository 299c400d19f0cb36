import type { manyRunsRoutes } from '@deskhand/protocol/http/many-runs.ts';
import type { replayRoutes } from '@deskhand/protocol/http/replay.ts';
import type { runRoutes } from '@deskhand/protocol/http/runs.ts';
import type { RunUseCases } from '../../use-cases/runs/create-run-use-cases.ts';
import type { HandlersOf } from './handlers.ts';

export function runHandlers(
  runs: RunUseCases,
): HandlersOf<typeof runRoutes & typeof manyRunsRoutes & typeof replayRoutes> {
  return {
    submitRun: ({ caller, body, idempotencyKey }) => runs.submit(caller, body, idempotencyKey),
    dryRun: ({ caller, body }) => runs.dryRun(caller, body),
    listRuns: ({ caller, query }) => runs.list(caller, query),
    getRun: ({ caller, params }) => runs.get(caller, params.id),
    cancelRun: ({ caller, params }) => runs.cancel(caller, params.id),
    resubmitRun: ({ caller, params, body, idempotencyKey }) =>
      runs.resubmit(caller, params.id, body, { key: idempotencyKey }),
    countRuns: ({ caller, query }) => runs.count(caller, query),
    cancelRuns: ({ caller, body }) => runs.cancelMany(caller, body),
    resubmitRuns: ({ caller, body, idempotencyKey }) => runs.resubmitMany(caller, body, idempotencyKey),
    getRunLog: ({ caller, params, query }) => runs.log(caller, params.id, query),
    getRunEvents: ({ caller, params }) => runs.events(caller, params.id),
    listScreenshots: ({ caller, params }) => runs.screenshots(caller, params.id),
    getScreenshot: ({ caller, params }) => runs.screenshot(caller, params.id, params.number),
    explainRun: ({ caller, params }) => runs.explain(caller, params.id),
    getDecision: ({ caller, params }) => runs.keptDecision(caller, params.id),
    whyBefore: ({ caller, params }) => runs.whyBefore(caller, params.id, params.other),
    getRunQueue: ({ caller, params }) => runs.viewQueue(caller, params.id),
    moveToTop: ({ caller, params, body }) => runs.moveToTop(caller, params.id, body.runs),
    undoMove: ({ caller, params }) => runs.undoMove(caller, params.id),
    undoMoves: ({ caller, params, body }) => runs.undoMoves(caller, params.id, body.runs),
    setPriority: ({ caller, params, body }) => runs.setPriority(caller, params.id, body.priority),
  };
}
