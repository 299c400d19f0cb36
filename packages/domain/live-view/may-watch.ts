import { mayDo, type Role } from '../account/permissions.ts';
import type { RunState } from '../run/run.ts';

/** Somebody who would like to see the screen that a run works on. */
export interface Onlooker {
  readonly id: string;
  readonly roles: readonly Role[];
}

export interface WatchedScreen {
  readonly state: RunState;
  readonly submittedBy: string;
  /** A setting of the gateway cluster, off by default. */
  readonly isAllowedByCluster: boolean;
}

export type WatchRefusal = 'not-allowed' | 'live-view-off' | 'run-not-on-screen';
export type MayWatch = { readonly ok: true } | { readonly ok: false; readonly because: WatchRefusal };

const onScreen: ReadonlySet<RunState> = new Set(['starting', 'running', 'cancelling']);
/** Whether a run works on a screen now, whoever may see it. */
export const isOnScreen = (state: RunState): boolean => onScreen.has(state);

/**
 * A screen shows more than the run's inputs and outputs, so it is for whoever submitted the run and for those who administer
 * gateways; to see a run, or to steer its queue, is not enough.
 */
export function mayWatch({ id, roles }: Onlooker, screen: WatchedScreen): MayWatch {
  if (id !== screen.submittedBy && !mayDo(roles, 'gateway.admin')) return { ok: false, because: 'not-allowed' };
  if (!screen.isAllowedByCluster) return { ok: false, because: 'live-view-off' };
  if (!isOnScreen(screen.state)) return { ok: false, because: 'run-not-on-screen' };
  return { ok: true };
}
