import type { FinishedStep, Traces } from '@deskhand/protocol/traces/open-traces.ts';
import type { Link, LinkHandlers, WorkMessage, WorkOrder } from '../../ports/link.ts';

/** More than any machine starts at once; of the oldest nobody will hear again. */
export const ATTEMPTS_TRACED_MAX = 500;

type GatewayStep = Extract<FinishedStep['step'], 'judge' | 'sign in' | 'download' | 'first action'>;
interface Open {
  readonly step: GatewayStep;
  readonly sinceMs: number;
}
interface Name {
  readonly runId: string;
  readonly attempt: number;
}

export interface TracedLink {
  readonly link: Link;
  readonly handlers: (handlers: LinkHandlers) => LinkHandlers;
}

/**
 * Overhears what server and gateway say to each other and tells a trace how long each step took, until the first action
 * of the flow. What the gateway does knows nothing of it.
 */
export function tracedLink(link: Link, traces: Traces | undefined, nowMs: () => number): TracedLink {
  if (traces === undefined) return { link, handlers: (handlers) => handlers };
  const open = new Map<string, Open>();
  const keyOf = ({ runId, attempt }: Name): string => `${runId} ${attempt}`;
  const begin = (of: Name, step: GatewayStep): void => {
    open.set(keyOf(of), { step, sinceMs: nowMs() });
    const [oldest] = open.keys();
    if (open.size > ATTEMPTS_TRACED_MAX && oldest !== undefined) open.delete(oldest);
  };
  const finish = ({ runId, attempt }: Name, endMs: number, fault?: string): void => {
    const one = open.get(keyOf({ runId, attempt }));
    if (one === undefined) return;
    open.delete(keyOf({ runId, attempt }));
    traces.record({ step: one.step, runId, attempt, startMs: one.sinceMs, endMs, fault });
  };
  const overhear = (message: WorkMessage): void => {
    const now = nowMs();
    if (message.type === 'acquire') finish(message, now);
    else if (message.type === 'decline') finish(message, now, message.because.code);
    else if (message.type === 'release') finish(message, now, 'released');
    else if (message.type === 'phase') {
      finish(message, now);
      begin(message, stepOfPhase[message.phase]);
    } else if (message.type === 'log') finish(message, firstLineAtMs(message) ?? now);
    else if (message.type === 'result') finish(message, now, message.result.error?.code);
  };
  const heard = (order: WorkOrder): void => {
    if (order.type === 'offer') begin(order, 'judge');
    else if (order.type === 'withdraw' || order.type === 'stale') finish(order, nowMs(), order.type);
  };
  return {
    link: {
      send: (message) => {
        overhear(message);
        return link.send(message);
      },
      isUp: () => link.isUp(),
      hasRoom: () => link.hasRoom(),
    },
    handlers: (handlers) => ({
      ...handlers,
      message: (order) => {
        heard(order);
        handlers.message(order);
      },
    }),
  };
}

const stepOfPhase = { signingIn: 'sign in', downloading: 'download', running: 'first action' } as const;

/** By the runner's clock, which is this machine's; the lines may have waited for room. */
function firstLineAtMs({ lines }: Extract<WorkMessage, { type: 'log' }>): number | undefined {
  const [first] = lines;
  return first && Date.parse(first.at);
}
