import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import type { SpoolReader } from '../ports/runner-channels.ts';

/** Lines sent and not yet acknowledged; the rest waits in the spool, not in memory. */
export const LOG_LINES_IN_FLIGHT_MAX = 5_000;

/** Carries an attempt's log from its spool to the server, in order, and again from the last acknowledged line. */
export interface LogSender {
  /** Sends what the link takes now. */
  readonly pump: () => void;
  readonly acknowledged: (seq: number) => void;
  /** A new link knows nothing of what the old one carried. */
  readonly rewind: () => void;
  readonly ackedSeq: () => number;
  /** Whether all that stands in the spool now was sent; `acked` asks for acknowledged too. */
  readonly isDone: (of: 'sent' | 'acked') => boolean;
  readonly close: () => void;
}

interface LogSenderPorts {
  readonly reader: SpoolReader;
  readonly hasRoom: () => boolean;
  readonly send: (lines: readonly LogLine[]) => boolean;
}

export function createLogSender({ reader, hasRoom, send }: LogSenderPorts): LogSender {
  const inFlight: { readonly from: number; readonly toSeq: number }[] = [];
  let place = 0;
  let sentSeq = 0;
  let ackedSeq = 0;
  let atEnd = false;

  const sendPortion = (): boolean => {
    const from = place;
    const portion = reader.read(from, limits.LOG_LINES_PER_MESSAGE_MAX);
    atEnd = portion.next === from;
    if (atEnd) return false;
    // Numbers that do not rise come from no runner of ours, or are acknowledged already.
    const lines = portion.lines.filter((line) => line.seq > sentSeq);
    const last = lines.at(-1);
    if (last !== undefined && !send(lines)) return false;
    place = portion.next;
    if (last === undefined) return true;
    inFlight.push({ from, toSeq: last.seq });
    sentSeq = last.seq;
    return true;
  };
  return {
    pump: () => {
      while (hasRoom() && sentSeq - ackedSeq < LOG_LINES_IN_FLIGHT_MAX && sendPortion()) {
        // Each portion is sent by the condition.
      }
    },
    acknowledged: (seq) => {
      ackedSeq = Math.max(ackedSeq, seq);
      sentSeq = Math.max(sentSeq, ackedSeq);
      while (inFlight[0] !== undefined && inFlight[0].toSeq <= ackedSeq) inFlight.shift();
    },
    rewind: () => {
      place = inFlight[0]?.from ?? place;
      inFlight.length = 0;
      sentSeq = ackedSeq;
    },
    ackedSeq: () => ackedSeq,
    isDone: (of) => atEnd && (of === 'sent' || inFlight.length === 0),
    close: () => reader.close(),
  };
}
