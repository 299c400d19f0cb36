import type { ServerMessage } from '@deskhand/protocol/link/messages.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import type { ScreenEnd } from '@deskhand/protocol/live-view.ts';
import { beforeEach, expect, test } from 'vitest';
import { createScreens, type Screens } from './screens.ts';
import { FRAME_WAIT_MAX_MS, type FrameIntake } from './watched-screen.ts';

const of = { runId: 'r1', attempt: 1, gatewayId: 'g1' };
const png = (size = 8): Buffer => {
  const picture = Buffer.alloc(size);
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]).copy(picture);
  return picture;
};

let nowMs: number;
let waiting: { atMs: number; act: () => void }[];
let told: ServerMessage[];
let screens: Screens;
let asked: number;
let sourceClosed: number;

beforeEach(() => {
  [nowMs, asked, sourceClosed, waiting, told] = [0, 0, 0, [], []];
  let secrets = 0;
  screens = createScreens({
    timers: {
      nowMs: () => nowMs,
      after: (delayMs, act) => {
        const entry = { atMs: nowMs + delayMs, act };
        waiting.push(entry);
        return () => void (waiting = waiting.filter((one) => one !== entry));
      },
      every: () => () => undefined,
    },
    now: () => new Date(nowMs),
    newSecret: () => `secret-${String((secrets += 1))}`,
    tell: (_gatewayId, message) => void told.push(message),
  });
});

function pass(forMs: number): void {
  const endMs = nowMs + forMs;
  for (;;) {
    const next = waiting.filter((one) => one.atMs <= endMs).toSorted((a, b) => a.atMs - b.atMs)[0];
    if (next === undefined) break;
    waiting = waiting.filter((one) => one !== next);
    nowMs = Math.max(nowMs, next.atMs);
    next.act();
  }
  nowMs = endMs;
}

function person(name: string) {
  const seen: number[] = [];
  const seat = { bytes: 0, ended: undefined as ScreenEnd | undefined, seen };
  const leave = screens.watch(of, {
    name,
    show: (frame) => void seen.push(frame.png.length),
    bytesWaiting: () => seat.bytes,
    end: (because) => {
      seat.ended = because;
    },
  });
  return { seat, leave };
}

/** The gateway comes with what it was told. */
function gateway(change: Partial<{ ticket: string; server: string; watchId: string }> = {}): FrameIntake | string {
  const order = told.findLast((message) => message.type === 'watch');
  if (order?.type !== 'watch') throw new Error('Nobody was told to watch.');
  const accepted = screens.accept({ ...order, ...change });
  if (typeof accepted === 'string') return accepted;
  return accepted.open({ next: () => void (asked += 1), close: () => void (sourceClosed += 1) });
}
const intakeOf = (): FrameIntake => {
  const intake = gateway();
  if (typeof intake === 'string') throw new Error(intake);
  return intake;
};

test('the gateway is told who watches each time that changes, and to stop after the last one', () => {
  const ada = person('Ada');
  const root = person('Root');
  ada.leave();
  root.leave();
  root.leave();
  const watchers = told.map((message) => (message.type === 'watch' ? message.watchers : message.type));
  expect(watchers).toEqual([['Ada'], ['Ada', 'Root'], ['Root'], 'stopWatching']);
});

test('frames come only with the ticket of a watch that is open here', () => {
  person('Ada');
  expect(gateway({ ticket: 'secret-9' })).toBe('over');
  expect(gateway({ ticket: 'secret' })).toBe('over');
  expect(gateway({ watchId: 'another' })).toBe('over');
  expect(gateway({ server: 'another' })).toBe('elsewhere');
  expect(typeof gateway()).toBe('object');
});

test('once nobody watches, the line is ended and its ticket is worth nothing', () => {
  const { leave } = person('Ada');
  intakeOf();
  leave();
  expect(sourceClosed).toBe(1);
  expect(gateway()).toBe('over');
});

test('the next frame is asked for when the last was taken, and at the pace of frames', () => {
  const { seat } = person('Ada');
  const intake = intakeOf();
  expect(asked).toBe(1);
  seat.bytes = 5_000;
  intake.frame(png());
  pass(600);
  expect(asked).toBe(1);
  seat.bytes = 0;
  pass(400);
  expect(asked).toBe(2);
  // It was asked for 300 ms ago, so the machine has three times as long for itself.
  intake.frame(png());
  pass(899);
  expect(asked).toBe(2);
  pass(1);
  expect(asked).toBe(3);
});

test('whoever is behind misses frames and delays nobody', () => {
  const [ada, root] = [person('Ada'), person('Root')];
  const intake = intakeOf();
  ada.seat.bytes = 1_000_000;
  for (let number = 1; number <= 3; number += 1) {
    intake.frame(png(8 + number));
    pass(500);
  }
  expect(ada.seat.seen).toEqual([]);
  expect(root.seat.seen).toEqual([9, 10, 11]);
});

test('whoever comes later sees the newest frame at once', () => {
  person('Ada');
  intakeOf().frame(png(20));
  expect(person('Root').seat.seen).toEqual([20]);
});

test('a frame that nobody asked for, that is too large or no picture ends the watch', () => {
  const endings = [png(limits.FRAME_BYTES_MAX + 1), Buffer.from('<script>')].map((frame) => {
    const { seat } = person('Ada');
    intakeOf().frame(frame);
    return [seat.ended, seat.seen];
  });
  expect(endings).toEqual([
    ['gateway-left', []],
    ['gateway-left', []],
  ]);
  const { seat } = person('Ada');
  const intake = intakeOf();
  intake.frame(png());
  intake.frame(png());
  expect(seat.ended).toBe('gateway-left');
});

test('a gateway that never comes, one that falls silent and a run that ends are told apart', () => {
  const nobody = person('Ada');
  pass(FRAME_WAIT_MAX_MS);
  expect(nobody.seat.ended).toBe('no-picture');
  const silent = person('Ada');
  intakeOf().frame(png());
  pass(FRAME_WAIT_MAX_MS);
  expect(silent.seat.ended).toBe('gateway-left');
  const ended = person('Ada');
  intakeOf().closed(true);
  expect(ended.seat.ended).toBe('run-ended');
});

test('a line that broke off may be opened anew, and what the old one still says is not heard', () => {
  const { seat } = person('Ada');
  const first = intakeOf();
  first.closed(false);
  const second = intakeOf();
  first.frame(png(30));
  second.frame(png(20));
  expect(seat.seen).toEqual([20]);
  expect(seat.ended).toBeUndefined();
});

test('there is room for a few people at each run, and for a number of runs', () => {
  const seats = Array.from({ length: limits.WATCHERS_PER_RUN_MAX }, (_, index) => person(`P${index}`));
  expect(screens.hasRoom(of)).toBe(false);
  seats[0]?.leave();
  expect(screens.hasRoom(of)).toBe(true);
  const watcher = { name: 'Ada', show: () => undefined, bytesWaiting: () => 0, end: () => undefined };
  for (let run = 1; run < limits.SCREENS_WATCHED_MAX; run += 1)
    screens.watch({ ...of, runId: `other-${run}` }, watcher);
  expect(screens.hasRoom({ ...of, runId: 'one-more' })).toBe(false);
});

test('a server that stops ends every watch', () => {
  const { seat } = person('Ada');
  screens.close();
  expect(seat.ended).toBe('server-stops');
  expect(told.at(-1)?.type).toBe('stopWatching');
});
