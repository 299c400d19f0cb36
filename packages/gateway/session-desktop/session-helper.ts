import { acceptExit } from '../session-helper/helper-messages.ts';
import type { LockVerdict } from '../session-helper/lock-judgement.ts';
import { runInside } from './program-run.ts';
import { enter, type Entrance } from './entrance.ts';
import type { ChildProcess } from 'node:child_process';

/** Where Node and the bundled helper lie: root-owned places that every account can read. */
export interface HelperProgram {
  readonly nodePath: string;
  readonly helperPath: string;
}

const PROBE_TIMEOUT_MS = 5_000;
const SCREENSHOT_TIMEOUT_MS = 12_000;
const SCREENSHOT_BYTES_MAX = 64_000_000;
export const ACCEPT_SECONDS = 60;

export async function probeLockInside(helper: HelperProgram, entrance: Entrance): Promise<LockVerdict> {
  const run = await runInside(entrance, {
    command: helper.nodePath,
    args: [helper.helperPath, 'probe-lock'],
    timeoutMs: PROBE_TIMEOUT_MS,
    outputBytesMax: 10_000,
  });
  return (
    parseVerdict(run.stdout.toString('utf8')) ?? {
      access: true,
      locked: 'unknown',
      because: `the lock probe gave no answer ${run.stderr.trim()}`.trim(),
    }
  );
}

/** The answer comes from a process of the account, so nothing in it is taken for granted. */
function parseVerdict(text: string): LockVerdict | undefined {
  try {
    const { access, locked, because } = JSON.parse(text) as Partial<LockVerdict>;
    if (typeof access !== 'boolean' || (typeof locked !== 'boolean' && locked !== 'unknown')) return undefined;
    return { access, locked, because: String(because).slice(0, 300) };
  } catch {
    return undefined;
  }
}

export async function screenshotInside(
  helper: HelperProgram,
  entrance: Entrance,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const run = await runInside(entrance, {
    command: helper.nodePath,
    args: [helper.helperPath, 'screenshot'],
    timeoutMs: SCREENSHOT_TIMEOUT_MS,
    outputBytesMax: SCREENSHOT_BYTES_MAX,
    signal,
  });
  const isPng = run.stdout.subarray(1, 4).toString('latin1') === 'PNG';
  return run.because === 'exited' && run.code === 0 && isPng ? new Uint8Array(run.stdout) : undefined;
}

export type Acceptance = 'accepted' | 'refused' | 'unanswered' | 'cannot-ask' | 'cancelled';

export async function askInside(
  helper: HelperProgram,
  entrance: Entrance,
  purpose: string,
  signal: AbortSignal,
): Promise<Acceptance> {
  const run = await runInside(entrance, {
    command: helper.nodePath,
    args: [helper.helperPath, 'accept-dialog', purpose, String(ACCEPT_SECONDS)],
    timeoutMs: (ACCEPT_SECONDS + 5) * 1_000,
    outputBytesMax: 10_000,
    signal,
  });
  if (run.because === 'cancelled') return 'cancelled';
  if (run.because === 'timed-out' || run.code === acceptExit.unanswered) return 'unanswered';
  if (run.code === acceptExit.accepted) return 'accepted';
  return run.code === acceptExit.refused ? 'refused' : 'cannot-ask';
}

const END_SESSION_MARGIN_MS = 10_000;

/** As the session's own account, so that nothing of another one can be ended; what was not is seen by looking. */
export async function endSessionInside(helper: HelperProgram, entrance: Entrance, graceMs: number): Promise<void> {
  await runInside(entrance, {
    command: helper.nodePath,
    args: [helper.helperPath, 'end-session', String(graceMs)],
    timeoutMs: graceMs + END_SESSION_MARGIN_MS,
    outputBytesMax: 10_000,
  });
}

export function startNotifyHelper(helper: HelperProgram, entrance: Entrance): ChildProcess {
  const child = enter(entrance, {
    command: helper.nodePath,
    args: [helper.helperPath, 'notify'],
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  return child;
}
