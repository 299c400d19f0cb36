import type { Timers } from '@deskhand/protocol/timers.ts';
import type { Change, ChangeFeed, Nudge } from '../../ports/changes.ts';

/** The pause between two notifications, of what happened meanwhile: one in every commit would make commits wait for one another. */
const COALESCE_MS = 20;
const PAYLOAD_BYTES_MAX = 7_000;
const WAITING_MAX = 2_000;
/** After a notification that could not be sent. */
const SEND_AGAIN_MS = 500;

interface Envelope {
  readonly from: string;
  readonly changes: readonly Change[];
  readonly nudges: readonly Nudge[];
}

/** How changes travel between replicas, whatever carries them. */
export interface Carrier {
  /** Names this replica among those that share the carrier. */
  readonly from: string;
  /** False when nobody was told. */
  readonly notify: (payloads: readonly string[]) => Promise<boolean>;
  readonly timers: Timers;
}

export interface ChangeHub {
  readonly feed: ChangeFeed;
  /** What the carrier brought; it brings what this replica sent as well. */
  readonly onPayload: (payload: string) => void;
  /** The carrier was away: something may have been missed. */
  readonly onGap: () => void;
  readonly close: () => Promise<void>;
}

/** Changes reach listeners of this replica at once, and those of others through the carrier, coalesced. */
export function createChangeHub(carrier: Carrier): ChangeHub {
  const listeners = new Set<Parameters<ChangeFeed['subscribe']>[0]>();
  const nudged = new Set<(nudge: Nudge) => void>();
  const outbox = createOutbox(carrier);
  const tell = (change: Change, origin: 'here' | 'elsewhere'): void => {
    for (const listener of listeners) listener(change, origin);
  };
  return {
    onPayload: (payload) => {
      const envelope = JSON.parse(payload) as Envelope;
      if (envelope.from === carrier.from) return;
      for (const change of envelope.changes) tell(change, 'elsewhere');
      for (const nudge of envelope.nudges) for (const listener of nudged) listener(nudge);
    },
    onGap: () => tell({ kind: 'reload' }, 'elsewhere'),
    close: outbox.close,
    feed: {
      publish: (change) => {
        tell(change, 'here');
        outbox.publish(change);
      },
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      nudge: outbox.nudge,
      onNudge: (listener) => {
        nudged.add(listener);
        return () => nudged.delete(listener);
      },
    },
  };
}

interface Outbox {
  publish(change: Change): void;
  nudge(nudge: Nudge): void;
  close(): Promise<void>;
}

/** What waits to be told to other replicas. The first goes at once; what comes while it is on its way goes together. */
function createOutbox({ from, notify, timers }: Carrier): Outbox {
  const changes = new Map<string, Change>();
  const nudges = new Map<string, Nudge>();
  let callOff: (() => void) | undefined;
  let isSending = false;
  let isClosed = false;
  let current: Promise<void> = Promise.resolve();
  let sentAtMs = Number.NEGATIVE_INFINITY;
  const flushIn = (delayMs: number): void => {
    if (isSending || isClosed || changes.size + nudges.size === 0) return;
    callOff ??= timers.after(delayMs, () => {
      callOff = undefined;
      current = flush();
    });
  };
  const flush = async (): Promise<void> => {
    const entries = [
      ...[...nudges.values()].map((nudge) => ({ nudge })),
      ...[...changes.values()].map((change) => ({ change })),
    ];
    changes.clear();
    nudges.clear();
    isSending = true;
    sentAtMs = timers.nowMs();
    const isTold = await notify([...payloadsOf(from, entries)]);
    // What a lost nudge asked for is found by the sweeps; pages of other replicas are told that they missed something.
    if (!isTold) changes.set('reload', { kind: 'reload' });
    isSending = false;
    flushIn(isTold ? soon() : SEND_AGAIN_MS);
  };
  const soon = (): number => Math.max(0, sentAtMs + COALESCE_MS - timers.nowMs());
  return {
    publish: (change) => {
      if (changes.size >= WAITING_MAX) {
        changes.clear();
        changes.set('reload', { kind: 'reload' });
      }
      changes.set(JSON.stringify({ ...change, lastSeq: 0 }), change);
      flushIn(soon());
    },
    nudge: (nudge) => {
      // Beyond that nobody is nudged for a moment: an offer without an answer is taken back and made again.
      if (nudges.size < WAITING_MAX) nudges.set(JSON.stringify(nudge), nudge);
      flushIn(soon());
    },
    close: async () => {
      callOff?.();
      await current;
      // What was done last is told too: whoever stops hands over.
      if (changes.size + nudges.size > 0) await flush();
      isClosed = true;
      callOff?.();
    },
  };
}

function* payloadsOf(from: string, entries: readonly ({ change: Change } | { nudge: Nudge })[]): Generator<string> {
  let changes: Change[] = [];
  let nudges: Nudge[] = [];
  let bytes = 0;
  for (const entry of entries) {
    bytes += Buffer.byteLength(JSON.stringify(entry));
    if (bytes > PAYLOAD_BYTES_MAX) {
      yield JSON.stringify({ from, changes, nudges } satisfies Envelope);
      [changes, nudges, bytes] = [[], [], Buffer.byteLength(JSON.stringify(entry))];
    }
    if ('change' in entry) changes.push(entry.change);
    else nudges.push(entry.nudge);
  }
  if (changes.length + nudges.length > 0) yield JSON.stringify({ from, changes, nudges } satisfies Envelope);
}
