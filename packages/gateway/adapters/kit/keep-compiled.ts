import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunnerStart } from '@deskhand/protocol/runner.ts';

const TRIAL_TIMEOUT_MS = 20_000;
/** Anybody but the owner of the kit will do. */
const NOBODY = 65_534;

const trialRun: RunnerStart = {
  runId: 'trial',
  attempt: 1,
  flowName: 'Trial',
  script:
    "SET Turns TO 0\nLOOP Index FROM 1 TO 2 STEP 1\n  IF Index = 1 THEN\n    SET Turns TO $'''%Index%'''\n  END\nEND\n",
  inputs: {},
  sensitive: [],
  secrets: [],
  windowsPaths: {},
  culture: 'en-US',
  mode: 'unattended',
  channel: null,
  logLevel: 'all',
};

const trials = [
  { program: 'runner', args: [], input: `${JSON.stringify(trialRun)}\n` },
  // Ends at once, because there is no such bus, and has loaded what it speaks to one with.
  { program: 'session-helper', args: ['notify'], input: '' },
] as const;

/**
 * Keeps what Node compiles of the kit's programs beside them, so that a runner starts in half the time. Each is tried out
 * once, as nobody where that can be chosen, and writes its compiled code into a descriptor that is opened here. Without
 * it they only start slower, so nothing that goes wrong here is worth a word.
 */
export function keepCompiled(folder: string, node: string): void {
  for (const trial of trials) {
    const code = join(folder, `${trial.program}.code.cjs`);
    if (existsSync(code)) keepOne(node, folder, trial, compiledName(trial.program, readFileSync(code)));
  }
}

/** Known to the programs' own start as well: a file of another version is never read. */
const compiledName = (program: string, code: Buffer): string =>
  `${program}-${createHash('sha256').update(code).digest('hex').slice(0, 16)}-${process.version}.cache`;

function keepOne(node: string, folder: string, { program, args, input }: (typeof trials)[number], name: string): void {
  const path = join(folder, name);
  const fresh = `${path}.${process.pid}`;
  if (existsSync(path)) return;
  try {
    const file = openSync(fresh, 'wx', 0o644);
    try {
      spawnSync(node, [join(folder, `${program}.cjs`), ...args, '--keep-compiled'], {
        cwd: '/',
        env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' },
        input,
        stdio: ['pipe', 'ignore', 'ignore', file],
        timeout: TRIAL_TIMEOUT_MS,
        ...(process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}),
      });
      if (fstatSync(file).size > 0) renameSync(fresh, path);
    } finally {
      closeSync(file);
    }
  } catch {
    // A folder of somebody else's.
  }
  rmSync(fresh, { force: true });
}
