import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { type ChangedKind, type Fold, patchById } from './fold-events.ts';

/** What open pages show, by the key under which it was asked. */
export interface ShownPages {
  /** Everything whose key begins so; what is being asked already is asked anew. */
  askAgain(...key: readonly string[]): void;
  isAsking(...key: readonly string[]): boolean;
  replaceRun(run: Run): void;
  replaceRunRows(patch: (rows: readonly Run[]) => readonly Run[]): void;
  /** The runs on machines, which pages of run queues show. */
  replaceRunsInHand(patch: (rows: readonly Run[]) => readonly Run[]): void;
  /** Undefined while no page shows them. */
  gatewayRows(): readonly Gateway[] | undefined;
  setGatewayRows(rows: readonly Gateway[]): void;
}

const keysOfChanged: Record<ChangedKind, readonly string[]> = {
  'desktop-flow': ['desktop-flows', 'desktop-flow', 'desktop-flow-versions', 'home'],
  connection: ['connections', 'preflight'],
  'gateway-cluster': ['gateway-clusters', 'home'],
  // The names and roles of who is signed in are an account as well.
  account: ['accounts', 'me'],
  // The pool of add-ons is a setting, and each run queue tells how much of it is held.
  settings: ['settings', 'recovery', 'run-queue'],
};

/** Writes a fold into what the pages show: rows by id in place, everything else asked again. */
export function applyFold(pages: ShownPages, fold: Fold): void {
  if (fold.reload) {
    pages.askAgain();
    return;
  }
  if (fold.runs.size > 0) applyRuns(pages, fold.runs);
  if (fold.gateways.size > 0) applyGateways(pages, fold.gateways);
  for (const clusterId of fold.queues) pages.askAgain('run-queue', clusterId);
  if (fold.queues.size > 0) pages.askAgain('gateway-clusters');
  for (const [what, ids] of fold.changed) {
    for (const key of keysOfChanged[what]) pages.askAgain(key);
    if (what === 'desktop-flow') for (const id of ids) pages.askAgain('desktop-flow-script', id);
  }
}

function applyRuns(pages: ShownPages, runs: ReadonlyMap<string, Run>): void {
  for (const [id, run] of runs) {
    pages.replaceRun(run);
    askAnewIfAsking(pages, 'run', id);
    for (const key of ['run-events', 'run-explain', 'run-screenshots']) pages.askAgain(key, id);
  }
  pages.replaceRunRows((rows) => patchById(rows, runs));
  askAnewIfAsking(pages, 'runs');
  // What a run on its machine comes to changes nothing in the queue, so no event of the queue tells it.
  pages.replaceRunsInHand((rows) => patchById(rows, runs));
  askAnewIfAsking(pages, 'run-queue');
  pages.askAgain('home');
}

function applyGateways(pages: ShownPages, gateways: ReadonlyMap<string, Gateway>): void {
  const known = pages.gatewayRows();
  const isNew = known !== undefined && [...gateways.keys()].some((id) => !known.some((item) => item.id === id));
  if (isNew) pages.askAgain('gateways');
  else if (known !== undefined) {
    pages.setGatewayRows(patchById(known, gateways));
    askAnewIfAsking(pages, 'gateways');
  }
  pages.askAgain('gateway-clusters');
  pages.askAgain('gateway-history');
  pages.askAgain('home');
}

/** An answer that is on its way may be older than the event, and would take its place. */
function askAnewIfAsking(pages: ShownPages, ...key: readonly string[]): void {
  if (pages.isAsking(...key)) pages.askAgain(...key);
}
