import type { CancelledRuns, RefusedRuns, ResubmittedRuns, RunSelection } from '@deskhand/protocol/http/many-runs.ts';
import type { RunFilterQuery } from '@deskhand/protocol/http/runs.ts';
import { api } from '../../api/client.ts';
import { formatCount } from '../../ui/format.ts';
import { noticeDone, noticeLeft, noticeRefused } from '../../ui/notices.tsx';

export type ManyVerb = 'cancel' | 'resubmit';

/** All that a filter finds for a verb: counted, and meant up to the request number of the count. */
export interface CountedRuns {
  readonly verb: ManyVerb;
  readonly filter: RunFilterQuery;
  readonly upTo: number;
  readonly count: number;
}

export async function countRuns(verb: ManyVerb, filter: RunFilterQuery): Promise<CountedRuns> {
  return { verb, filter, ...(await api.countRuns({ query: { ...filter, can: verb } })) };
}

/** Goes on bite by bite until all were come to, and tells the sum; a bite that was not answered ends it, with what was done. */
export async function steerMany(verb: ManyVerb, selection: RunSelection): Promise<void> {
  const sum: Sum = { done: 0, asked: 0, refused: [] };
  const ask = verb === 'cancel' ? askToCancel : askToResubmit(crypto.randomUUID());
  try {
    for (let after: number | null = 0; after !== null; ) after = await ask({ ...selection, after }, sum);
  } catch (error) {
    noticeRefused(verb === 'cancel' ? 'Not all runs were cancelled.' : 'Not all runs were resubmitted.', error);
  }
  const parts = [
    ...(sum.done > 0 ? [`${formatCount(sum.done, 'run')} ${verb === 'cancel' ? 'cancelled' : 'resubmitted'}`] : []),
    ...(sum.asked > 0 ? [`${formatCount(sum.asked, 'run')} asked to end`] : []),
  ];
  if (parts.length > 0) noticeDone(`${parts.join(', ')}.`);
  const left = sum.refused.reduce((total, { count }) => total + count, 0);
  if (left > 0)
    noticeLeft(
      `${formatCount(left, 'run')} refused.`,
      sum.refused.map(({ message, code }) => `${message} (${code})`),
    );
}

interface Sum {
  done: number;
  asked: number;
  refused: RefusedRuns;
}

async function askToCancel(selection: RunSelection, sum: Sum): Promise<CancelledRuns['next']> {
  const { cancelled, cancelling, refused, next } = await api.cancelRuns({ body: selection });
  sum.done += cancelled;
  sum.asked += cancelling;
  sum.refused = [...sum.refused, ...refused];
  return next;
}

/** One key for all bites: none of the runs is submitted twice. */
const askToResubmit =
  (idempotencyKey: string) =>
  async (selection: RunSelection, sum: Sum): Promise<ResubmittedRuns['next']> => {
    const { resubmitted, refused, next } = await api.resubmitRuns({ body: selection, idempotencyKey });
    sum.done += resubmitted.length;
    sum.refused = [...sum.refused, ...refused];
    return next;
  };
