import type { RunnerCommand, RunnerEvent, RunnerResult, RunnerStart } from '@deskhand/protocol/runner.ts';
import { type EventSink, logEvent } from './event-sink.ts';
import { openGatewayChannel } from './gateway-channel.ts';
import { openSpool } from './spool.ts';

/** A gateway that has just gone must not keep the flow from running. */
export const FIRST_GREETING_WAIT_MS = 2_000;
/** The gateway's own limit is shorter; this one is for a gateway that has gone. */
export const SCREENSHOT_ANSWER_WAIT_MS = 8_000;
/** The spool has the result, so a gateway that comes later finds it there. */
export const RESULT_TAKEN_WAIT_MS = 15_000;

/** Everything goes to the spool first; the gateway is told where to look. */
export function createGatewaySink(
  start: RunnerStart,
  channel: NonNullable<RunnerStart['channel']>,
  cancel: () => void,
): EventSink {
  const spool = openSpool(channel.spoolDescriptor);
  const waiting: { screenshot?: () => void; result?: () => void } = {};
  let started: RunnerEvent | undefined;
  let finished: RunnerEvent | undefined;
  let lastLogSeq = 0;
  // One after the other, because the answer does not say which of them it is for.
  let lastScreenshot = Promise.resolve();
  const line = openGatewayChannel({
    start,
    channel,
    greeting: () =>
      [started, { type: 'spooled' as const, lastLogSeq }, finished].filter((event) => event !== undefined),
    command: (command: RunnerCommand) => {
      if (command.type === 'cancel') cancel();
      else if (command.type === 'screenshotTaken') waiting.screenshot?.();
      else if (command.type === 'resultTaken') waiting.result?.();
    },
  });
  return {
    ready: async () => {
      await answered(FIRST_GREETING_WAIT_MS, (done) => void line.greeted().then(done));
    },
    started: (event) => {
      started = event;
      line.send(event);
    },
    log: (lines, lastSeq) => {
      if (!spool.append(logEvent(lines))) return false;
      lastLogSeq = lastSeq;
      line.send({ type: 'spooled', lastLogSeq });
      return true;
    },
    screenshot: async (caption) => {
      lastScreenshot = lastScreenshot.then(() =>
        answered(SCREENSHOT_ANSWER_WAIT_MS, (done) => {
          waiting.screenshot = done;
          if (!line.send({ type: 'screenshotWanted', caption })) done();
        }),
      );
      await lastScreenshot;
    },
    result: async (result: RunnerResult) => {
      finished = { type: 'result', result };
      spool.appendForSure(`${JSON.stringify(finished)}\n`);
      await answered(RESULT_TAKEN_WAIT_MS, (done) => {
        waiting.result = done;
        if (finished) line.send(finished);
      });
      line.close();
    },
  };
}

/** Resolves when the answer comes or the time is over; the timer keeps the process alive meanwhile. */
async function answered(limitMs: number, ask: (done: () => void) => void): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, limitMs);
    ask(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
