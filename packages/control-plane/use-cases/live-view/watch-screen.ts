import { mayWatch } from '@deskhand/domain/live-view/may-watch.ts';
import { maySay } from '@deskhand/protocol/link/versions.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import type { ScreenEnd } from '@deskhand/protocol/live-view.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import type { LiveViewStore, ScreenRecord } from '../../ports/live-view.ts';
import { auditBy, type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';
import type { RunStore } from '../../ports/runs.ts';
import { maySeeRun } from '../runs/run-ports.ts';
import type { Screens, WatchedAttempt } from './screens.ts';
import type { Frame } from './watched-screen.ts';

/** Rights that were taken away end a watch within this. */
export const RIGHTS_LOOK_INTERVAL_MS = 5_000;

export interface LiveViewPorts {
  readonly runs: Pick<RunStore, 'byId'>;
  readonly liveView: LiveViewStore;
  readonly screens: Screens;
  readonly timers: Timers;
  /** The end of a watch could not be written down. */
  readonly onFault: (error: unknown) => void;
}

/** How pictures get to one person. */
export interface PictureOutlet {
  readonly begin: () => void;
  readonly show: (frame: Frame) => void;
  readonly bytesWaiting: () => number;
  readonly end: (because: ScreenEnd) => void;
  /** Nothing was shown for a while; the way must not count as dead. */
  readonly beat: () => void;
  readonly onClose: (closed: () => void) => void;
  /** Who the person is by now; undefined when the sign-in has ended. */
  readonly viewerNow: () => Promise<Pick<Caller, 'id' | 'roles'> | undefined>;
}

/** Nobody is asked for a frame before the audit log says who begins to watch. */
export async function watchScreen(
  ports: LiveViewPorts,
  caller: Caller,
  runId: string,
  outlet: PictureOutlet,
): Promise<Outcome<undefined>> {
  const found = await findScreen(ports, caller, runId);
  if (!found.ok) return found;
  const { attempt, gateway, clusterName } = found.value;
  const of = { runId, attempt, gatewayId: gateway.id };
  if (!ports.screens.hasRoom(of)) return refuse('too-many-watchers', { limit: limits.WATCHERS_PER_RUN_MAX });
  const standing: Standing = { isClosed: false, because: 'left', leave: () => undefined };
  outlet.onClose(() => {
    standing.isClosed = true;
    standing.leave();
  });
  const about = { attempt, gateway: gateway.name, cluster: clusterName };
  await ports.liveView.note(auditBy(caller, 'watch', `run ${runId}`, about));
  const begunAtMs = ports.timers.nowMs();
  const noteEnd = (): void => {
    const seconds = Math.round((ports.timers.nowMs() - begunAtMs) / 1_000);
    const end = auditBy(caller, 'stop-watching', `run ${runId}`, { ...about, seconds, because: standing.because });
    ports.liveView.note(end).catch(ports.onFault);
  };
  if (standing.isClosed) noteEnd();
  else {
    outlet.begin();
    const leave = look(ports, { of, name: caller.name, outlet, standing });
    standing.leave = () => {
      leave();
      noteEnd();
    };
  }
  return done(undefined);
}

interface Standing {
  isClosed: boolean;
  because: ScreenEnd | 'left';
  leave: () => void;
}

type FoundScreen = ScreenRecord & { readonly gateway: NonNullable<ScreenRecord['gateway']> };

/** Whoever may not see the run learns nothing of it; whoever may not watch it is told why. */
async function findScreen(ports: LiveViewPorts, caller: Caller, runId: string): Promise<Outcome<FoundScreen>> {
  const [run, screen] = await Promise.all([ports.runs.byId(runId), ports.liveView.screenOf(runId)]);
  if (run === undefined || screen === undefined || !maySeeRun(caller, run)) return refuse('not-found', { what: 'run' });
  const may = mayWatch(caller, screen);
  if (!may.ok) {
    if (may.because === 'not-allowed')
      return refuse('not-allowed', { detail: 'only whoever submitted a run, and admins, watch its screen.' });
    return refuse(may.because, { name: screen.clusterName });
  }
  const { gateway } = screen;
  if (gateway === null) return refuse('run-not-on-screen');
  if (!gateway.isOnline) return refuse('gateway-offline', { name: gateway.name });
  if (!maySay('watch', gateway.linkVersion)) return refuse('gateway-too-old', { name: gateway.name });
  return done({ ...screen, gateway });
}

interface Look {
  readonly of: WatchedAttempt;
  readonly name: string;
  readonly outlet: PictureOutlet;
  readonly standing: Standing;
}

/** Joins those who watch, and looks again and again whether the person still may; answers how to leave. */
function look({ screens, liveView, timers }: LiveViewPorts, { of, name, outlet, standing }: Look): () => void {
  const end = (because: ScreenEnd): void => {
    standing.because = because;
    outlet.end(because);
  };
  const leave = screens.watch(of, { name, show: outlet.show, bytesWaiting: outlet.bytesWaiting, end });
  const lookAgain = async (): Promise<void> => {
    const [viewer, screen] = await Promise.all([outlet.viewerNow(), liveView.screenOf(of.runId)]);
    if (standing.isClosed) return;
    const because = endOf(of, viewer, screen);
    if (because === undefined) outlet.beat();
    else end(because);
  };
  // While the store is away nothing can be asked of it, and the person goes on as before.
  const stopLooking = timers.every(RIGHTS_LOOK_INTERVAL_MS, () => void lookAgain().catch(outlet.beat));
  return () => {
    stopLooking();
    leave();
  };
}

function endOf(
  of: WatchedAttempt,
  viewer: Pick<Caller, 'id' | 'roles'> | undefined,
  screen: ScreenRecord | undefined,
): ScreenEnd | undefined {
  if (viewer === undefined || screen === undefined) return 'not-allowed-any-more';
  const may = mayWatch(viewer, screen);
  if (may.ok) return screen.attempt === of.attempt ? undefined : 'run-ended';
  return may.because === 'run-not-on-screen' ? 'run-ended' : 'not-allowed-any-more';
}
