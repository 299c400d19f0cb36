import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { isTerminal } from '@deskhand/domain/run/transitions.ts';
import { waitFor } from './wait-for.ts';

const RUN_TIMEOUT_MS = 90_000;
const CANCEL_TIMEOUT_MS = 20_000;

/** Tells each new word of the run's state as it appears, until it has ended and, when unattended, is signed out. */
export async function followRun(
  client: ApiClient,
  id: string,
  signal: AbortSignal,
  onWord: (word: string) => void,
): Promise<Run> {
  let last: Run | undefined;
  const look = async (): Promise<Run | undefined> => {
    const run = await client.getRun({ params: { id } });
    const word = wordOf(run);
    if (last === undefined || wordOf(last) !== word) onWord(word);
    last = run;
    return isDone(run) ? run : undefined;
  };
  try {
    return await waitFor('the run to end', signal, look, RUN_TIMEOUT_MS);
  } catch (error) {
    signal.throwIfAborted();
    const because = last?.because ? `: ${last.because.message}` : '';
    throw new Error(`${(error as Error).message} It is ${last?.display ?? 'not known'}${because}`);
  }
}

const phaseWords = { signingIn: 'signing in', downloading: 'downloading' } as const;

const wordOf = ({ phase, display, signedOutAt, mode }: Run): string =>
  phase ? phaseWords[phase] : `${display.toLowerCase()}${mode === 'unattended' && signedOutAt ? ', signed out' : ''}`;

const isDone = (run: Run): boolean =>
  isTerminal(run.state) && (run.mode === 'attended' || run.signingInAt === null || run.signedOutAt !== null);

/** For a demo that is stopped half-way: no session of its runs stays behind. */
export async function cancelUnfinishedRuns(client: ApiClient): Promise<void> {
  const { items } = await client.listRuns({ query: { limit: 50 } });
  const unfinished = items.filter((run) => !isDone(run));
  const signal = AbortSignal.timeout(CANCEL_TIMEOUT_MS);
  for (const { id } of unfinished) {
    // A run that ended in this moment refuses, and needs nothing.
    await client.cancelRun({ params: { id } }).catch(() => undefined);
    await followRun(client, id, signal, () => undefined);
  }
}
