import type { Run } from '@deskhand/protocol/http/runs.ts';
import { beginLife } from './life.ts';
import { sendLive } from './live-stream.ts';
import { settleQueue } from './queue.ts';
import { found } from './refusal.ts';
import type { World } from './world.ts';

export function addRun(world: World, run: Run): Run {
  world.runs = [run, ...world.runs];
  settleQueue(world, run.cluster.id);
  const added = found(
    world.runs.find((item) => item.id === run.id),
    'run',
  );
  sendLive(
    { type: 'run', data: added },
    { type: 'run-queue', data: { clusterId: run.cluster.id, version: Date.now() } },
  );
  beginLife(world, added);
  return added;
}
