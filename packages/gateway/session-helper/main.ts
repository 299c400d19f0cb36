import { acceptDialog } from './accept-dialog.ts';
import { endSession } from './end-session.ts';
import { notify } from './notify.ts';
import { probeLock } from './probe-lock.ts';
import { takeScreenshot } from './screenshot.ts';

/**
 * The small program that the gateway runs as a session's account, inside that session: everything that touches a display
 * or a bus which a user's process names happens here, with that user's rights and no others. It knows nothing of runs.
 */
const PROBE_TIMEOUT_MS = 4_000;
const SCREENSHOT_TIMEOUT_MS = 10_000;
const DIALOG_SECONDS_MAX = 60;
const GRACE_MS_MAX = 10_000;

/** A display that hangs would hold a one-shot command for ever; the gateway takes the missing answer as unknown. */
function endAfter(timeoutMs: number): void {
  setTimeout(() => process.exit(1), timeoutMs).unref();
}

async function main([command, ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case 'probe-lock':
      endAfter(PROBE_TIMEOUT_MS);
      process.stdout.write(JSON.stringify(await probeLock(process.env)));
      return 0;
    case 'screenshot':
      endAfter(SCREENSHOT_TIMEOUT_MS);
      process.stdout.write(await takeScreenshot(process.env));
      return 0;
    case 'notify':
      await notify();
      return 0;
    case 'end-session':
      await endSession(process.env, Math.min(Number(args[0]) || 0, GRACE_MS_MAX));
      return 0;
    case 'accept-dialog': {
      const seconds = Math.min(Number(args[1]) || DIALOG_SECONDS_MAX, DIALOG_SECONDS_MAX);
      return acceptDialog(args[0] ?? '', seconds);
    }
    default:
      process.stderr.write(
        'usage: session-helper probe-lock | screenshot | notify | end-session GRACE_MS | accept-dialog PURPOSE SECONDS\n',
      );
      return 2;
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    // Not process.exit: standard output may still be on its way.
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
