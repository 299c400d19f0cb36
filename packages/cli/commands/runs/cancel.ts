import type { CancelledRuns } from '@deskhand/protocol/http/many-runs.ts';
import { type Call, type Command, flag } from '../../command.ts';
import type { ExitCode } from '../../exit-code.ts';
import { usageFailure } from '../../terminal/errors.ts';
import { biteByBite, confirmedRuns, countOf, exitOfMany, onlyRun, refusedAsText, refusedOf } from './chosen-runs.ts';
import { filterOptions } from './filter-options.ts';
import { findRun } from './find-run.ts';
import { watchRun } from './watch-run.ts';

export const cancel: Command = {
  name: 'runs cancel',
  summary: 'Cancel queued, starting or running runs: one, several, or all that a filter finds.',
  arguments: [{ syntax: '[run...]', description: 'id, beginning of the id, or request number' }],
  options: [
    { syntax: '-w, --wait', description: 'wait until the run has ended and its session is signed out' },
    ...filterOptions,
    { syntax: '-y, --yes', description: 'do not ask' },
  ],
  examples: [
    'deskhand runs cancel 4812 --wait',
    'deskhand runs cancel 4812 4813',
    'deskhand runs cancel --state queued --flow Invoices --yes',
  ],
  exitCodes: [0, 1, 4, 5, 6, 7, 9],
  run: async (call) => {
    const only = onlyRun(call);
    if (only !== undefined) return await cancelOne(call, only);
    if (flag(call, 'wait')) throw usageFailure('Only one run is waited for.', 'name one run, or leave out --wait');
    return await cancelMany(call);
  },
};

async function cancelOne(call: Call, written: string): Promise<ExitCode> {
  const api = await call.api();
  const run = await findRun(api, written);
  const cancelled = await api.cancelRun({ params: { id: run.id } });
  if (!flag(call, 'wait')) {
    call.output.one(cancelled, ({ id, display }) => `${id}: ${display}`);
    return 0;
  }
  // To cancel and then see it cancelled is what was asked for; any other end is not.
  const exit = await watchRun(call, cancelled, undefined);
  const { state } = await api.getRun({ params: { id: run.id } });
  return state === 'cancelled' ? 0 : exit === 0 ? 1 : exit;
}

async function cancelMany(call: Call): Promise<ExitCode> {
  const api = await call.api();
  const chosen = await confirmedRuns(call, 'cancel');
  const doneOf = ({ cancelled, cancelling }: CancelledRuns): number => cancelled + cancelling;
  const bites = await biteByBite(call, chosen, (body) => api.cancelRuns({ body }), doneOf);
  const sum = (of: 'cancelled' | 'cancelling'): number => bites.reduce((total, bite) => total + bite[of], 0);
  const answer = { cancelled: sum('cancelled'), cancelling: sum('cancelling'), refused: refusedOf(bites) };
  call.output.one(answer, ({ cancelled, cancelling, refused }) =>
    [`${countOf(cancelled)} cancelled, ${countOf(cancelling)} asked to end`, ...refusedAsText(refused)].join('\n'),
  );
  return exitOfMany(call, answer.cancelled + answer.cancelling, answer.refused);
}
