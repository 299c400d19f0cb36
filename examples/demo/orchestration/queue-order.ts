import { waitFor } from '../wait-for.ts';
import { check, finish, hold, type MarkedRun, type Stage, type Subject, submit } from './stage.ts';

/** One run holds the account; three wait behind it and change places: by priority, to the top, and back. */
export const queueOrder: Subject = async (stage) => {
  const { client, clusterId, users } = stage;
  const running = await hold(stage, users[0]);
  const one = await submit(stage, users[0]);
  const two = await submit(stage, users[0]);
  const three = await submit(stage, users[0]);
  const shown = (...runs: readonly MarkedRun[]) => queueShows(stage, runs);

  const atFirst = await shown(one, two, three);
  await client.setPriority({ params: { id: three.id }, body: { priority: 'high' } });
  const byPriority = await shown(three, one, two);
  await client.moveToTop({ params: { id: clusterId }, body: { runs: [two.id] } });
  const moved = await shown(two, three, one);
  await client.undoMove({ params: { id: two.id } });
  const undone = await shown(three, one, two);

  const ended = await finish(stage, running, three, one, two);
  const startedAt = ended.map((run) => run.startedAt ?? '');
  return [
    check('Queued and Next to run: the first that waits reads Next to run, the others Queued', atFirst),
    check('priority: a run of high priority goes before those requested earlier', byPriority),
    check('move to top: the moved run is first, before high priority', moved),
    check('undo: it has its old place back', undone),
    check('they ran in the order shown', startedAt.join() === startedAt.toSorted().join()),
  ];
};

const QUEUE_TIMEOUT_MS = 15_000;

/** The queue as everybody sees it: these runs in this order, with these words. */
async function queueShows({ client, clusterId, signal }: Stage, runs: readonly MarkedRun[]): Promise<boolean> {
  const expected = runs.map(({ id }, index) => `${id} ${index === 0 ? 'Next to run' : 'Queued'}`).join();
  const look = async (): Promise<true | undefined> => {
    const { queued } = await client.getRunQueue({ params: { id: clusterId } });
    return queued.map(({ run }) => `${run.id} ${run.display}`).join() === expected || undefined;
  };
  try {
    return await waitFor('the order of the queue', signal, look, QUEUE_TIMEOUT_MS);
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
