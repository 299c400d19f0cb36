import { setTimeout as wait } from 'node:timers/promises';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import type { Call } from '../../command.ts';
import type { ExitCode } from '../../exit-code.ts';
import { exitOf, hasEnded, runAsText } from './show-run.ts';

const LOOK_AGAIN_MS = 1_000;
const SAY_SOMETHING_EVERY_MS = 30_000;

/** Watches a run until it ends, saying each change on stderr; the exit code is the run's outcome. */
export async function watchRun(call: Call, run: Run, giveUpAfterMs: number | undefined): Promise<ExitCode> {
  const api = await call.api();
  const startedAt = Date.now();
  let current = run;
  let said = '';
  let saidAt = 0;
  while (!hasEnded(current)) {
    const now = progress(current);
    if (now !== said || Date.now() - saidAt > SAY_SOMETHING_EVERY_MS) {
      call.output.hint(now);
      said = now;
      saidAt = Date.now();
    }
    if (giveUpAfterMs !== undefined && Date.now() - startedAt > giveUpAfterMs) return stopWatching(call, current, 8);
    await wait(LOOK_AGAIN_MS, undefined, { signal: call.signal }).catch(() => undefined);
    if (call.signal.aborted) return stopWatching(call, current, 130);
    current = await api.getRun({ params: { id: run.id } });
  }
  call.output.one(current, runAsText);
  return exitOf(current);
}

const progress = (run: Run): string =>
  [run.display, run.position === null ? '' : `place ${run.position}`, run.because?.message ?? '']
    .filter((part) => part !== '')
    .join(' · ');

function stopWatching(call: Call, run: Run, exit: ExitCode): ExitCode {
  call.output.hint(`The run goes on: deskhand runs show ${run.id} · deskhand runs cancel ${run.id}`);
  return exit;
}
