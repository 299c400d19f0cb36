import { setTimeout as wait } from 'node:timers/promises';
import { type ApiClient, ApiError } from '@deskhand/protocol/http/client.ts';
import { awaitedLater, isUnanswered } from './answered.ts';

export interface QueuedIds {
  /** A waiting run, each as likely as the others. */
  any(): string;
}

export interface ChangeSample {
  readonly verb: 'set-priority' | 'move-to-top' | 'undo-move';
  readonly tookMs: number;
  /** Too late when the run no longer waited, which a race with its offer may give. */
  readonly answer: 'taken' | 'too late' | 'none';
}

export interface Steering {
  readonly client: ApiClient;
  readonly clusterId: string;
  readonly queued: QueuedIds;
  readonly perSecond: number;
  readonly seconds: number;
}

/** Of four changes two are priorities, one is a move and one takes an earlier move back. */
const verbs = ['set-priority', 'move-to-top', 'set-priority', 'undo-move'] as const;
const RACES = ['run-not-queued', 'run-not-moved'];

/** So many wait for their answer at most; what comes meanwhile does not arrive, which the rate of the figures tells. */
const UNANSWERED_MAX = 100;

/** Changes that arrive at their own pace, whether or not those before them were answered. */
export async function steer(steering: Steering): Promise<ChangeSample[]> {
  const { perSecond, seconds } = steering;
  const moved: string[] = [];
  const startedMs = performance.now();
  const samples: Promise<ChangeSample>[] = [];
  let unanswered = 0;
  for (let i = 0; i < perSecond * seconds; i++) {
    await wait(Math.max(0, startedMs + (i * 1000) / perSecond - performance.now()));
    if (unanswered >= UNANSWERED_MAX) continue;
    unanswered += 1;
    const answered = (): void => {
      unanswered -= 1;
    };
    const verb = verbs[i % verbs.length] ?? 'set-priority';
    samples.push(awaitedLater(change(steering, verb, moved).finally(answered)));
  }
  return await Promise.all(samples);
}

async function change(
  { client, clusterId, queued }: Steering,
  verb: ChangeSample['verb'],
  moved: string[],
): Promise<ChangeSample> {
  const id = verb === 'undo-move' ? (moved.shift() ?? queued.any()) : queued.any();
  const startedMs = performance.now();
  const done = (answer: ChangeSample['answer']) => ({ verb, answer, tookMs: performance.now() - startedMs });
  try {
    if (verb === 'move-to-top') await client.moveToTop({ params: { id: clusterId }, body: { runs: [id] } });
    else if (verb === 'undo-move') await client.undoMove({ params: { id } });
    else await client.setPriority({ params: { id }, body: { priority: Math.random() < 0.1 ? 'high' : 'normal' } });
    if (verb === 'move-to-top') moved.push(id);
    return done('taken');
  } catch (error) {
    if (error instanceof ApiError && RACES.includes(error.problem.code)) return done('too late');
    if (isUnanswered(error)) return done('none');
    throw error;
  }
}
