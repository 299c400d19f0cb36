import { mayWatch } from '@deskhand/domain/live-view/may-watch.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import type { ScreenEnded, ScreenFrame } from '@deskhand/protocol/live-view.ts';
import { found, Refusal } from './refusal.ts';
import { drawScreenshot } from './screenshot.ts';
import type { World } from './world.ts';

const FRAME_INTERVAL_MS = 500;

/** A frame at once and then one after another, until the run is over or nobody reads any more. */
export function watchScreenOf(world: World, { id, cluster: { id: clusterId } }: Run): ReadableStream<Uint8Array> {
  const runNow = (): Run =>
    found(
      world.runs.find((item) => item.id === id),
      'run',
    );
  const cluster = found(
    world.clusters.find((item) => item.id === clusterId),
    'gateway cluster',
  );
  const may = () =>
    mayWatch(world.me, {
      state: runNow().state,
      submittedBy: runNow().submittedBy.id,
      isAllowedByCluster: cluster.liveView,
    });
  const first = may();
  if (!first.ok) throw new Refusal(first.because, { name: cluster.name, detail: 'it is not your run.' });
  let timer: ReturnType<typeof setInterval> | undefined;
  return new ReadableStream({
    start: (controller) => {
      const say = (event: string, data: ScreenFrame | ScreenEnded): void =>
        controller.enqueue(new TextEncoder().encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
      const show = async (): Promise<void> => {
        if (may().ok) return say('frame', { at: new Date().toISOString(), png: await pictureOf(runNow()) });
        clearInterval(timer);
        say('ended', { because: 'run-ended' });
        controller.close();
      };
      void show();
      timer = setInterval(() => void show(), FRAME_INTERVAL_MS);
    },
    cancel: () => clearInterval(timer),
  });
}

async function pictureOf(run: Run): Promise<string> {
  const bytes = new Uint8Array(await drawScreenshot(run));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
