import type { AccountId, RunId } from '@deskhand/domain/brand.ts';
import type { QueuePlace, QueueReading, RunQueueStore } from '../../ports/run-queue.ts';
import type { RunRecord, RunStore } from '../../ports/runs.ts';
import type { SessionQuestionStore } from '../../ports/session-questions.ts';
import { type AnswersOf, answersWithQuestions } from '../negotiation/shown-questions.ts';
import type { QueueDepth } from '../runs/queue-depth.ts';
import type { Waiting, WaitingReader } from './waiting.ts';

const QUEUED_SHOWN_MAX = 200;

interface LookPorts {
  readonly queue: RunQueueStore;
  readonly runs: RunStore;
  readonly questions: Pick<SessionQuestionStore, 'read'>;
  readonly waiting: WaitingReader;
  readonly queueDepth: QueueDepth;
}

/** What a queue's page is made of, whoever looks at it. */
export interface QueueLook {
  readonly reading: QueueReading;
  readonly places: readonly QueuePlace[];
  readonly inHand: readonly RunId[];
  readonly total: number;
  readonly version: number;
  readonly ownerId: AccountId | null | undefined;
  readonly runs: readonly RunRecord[];
  readonly waiting: ReadonlyMap<string, Waiting>;
  readonly answersOf: AnswersOf;
}

export async function lookAt(ports: LookPorts, clusterId: string): Promise<QueueLook | undefined> {
  const reading = await ports.queue.read(clusterId);
  if (reading === undefined) return undefined;
  const [places, inHand, total, version, ownerId, answersOf] = await Promise.all([
    ports.queue.firstPlaces(clusterId, QUEUED_SHOWN_MAX),
    ports.queue.inHand(clusterId),
    ports.queueDepth.shown(clusterId),
    ports.queue.viewVersion(clusterId),
    ports.queue.ownerOf(clusterId),
    answersWithQuestions(ports, clusterId),
  ]);
  const runs = await ports.runs.byIds([...inHand, ...places.map((place) => place.id)]);
  return { reading, places, inHand, total, version, ownerId, runs, answersOf, waiting: await ports.waiting.of(runs) };
}
