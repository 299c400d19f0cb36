import { audit, type Operations } from './context.contract.ts';
import { simple } from './object-operations.contract.ts';

/** Screens of runs, as far as they decide who may watch, and the notes that somebody did. */
export const liveViewOperations: Operations = {
  screenOfRun: simple(1, 'reads the screen of', (context, choose) => {
    const runId = choose.of([...context.runs, 'no-run']);
    return { detail: runId, act: () => context.stores.liveView.screenOf(runId) };
  }),
  noteWatching: simple(0.5, 'notes a watcher of', (context, choose) => {
    const runId = choose.of([...context.runs, 'no-run']);
    return { detail: runId, act: () => context.stores.liveView.note(audit('watch', `run ${runId}`)) };
  }),
};
