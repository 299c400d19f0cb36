import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** The demo holds the run queue of a machine against its own expectations, so nobody else signs in meanwhile. */
const DEMO_TIMEOUT_MS = 6 * 60_000;
const demo = fileURLToPath(new URL('../examples/demo/main.ts', import.meta.url));
const isRoot = process.getuid?.() === 0;
const subjects = [
  'Queued and Next to run',
  'priority',
  'move to top',
  'undo',
  'two users at once',
  'same user refused',
  'locked session, single-session',
  'locked session, multi-session',
  'three gateways, toggle off: machine-1 6, machine-2 0, machine-3 0',
  'three gateways, toggle on',
  'an offline and a disabled member are shown: Disabled, Offline',
  'start deadline: Timed out, NoCandidateMachine',
  'start deadline, last reason of machine-1: Another run of',
  'start deadline, last reason of machine-2: The gateway machine-2 is disabled.',
  'start deadline, last reason of machine-3: The gateway machine-3 is offline.',
  'add-ons, a pool of one: the second unattended run waits: “All unattended add-ons are in use.”',
  'Resubmit',
];

const runDemo = (...as: readonly string[]): Promise<{ readonly code: number; readonly said: string }> =>
  new Promise((resolve) => {
    const { NODE_ENV: _mode, VITEST: _vitest, ...env } = process.env;
    const [command = process.execPath, ...args] = [
      ...as,
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      demo,
      'orchestration',
    ];
    execFile(command, args, { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr }),
    );
  });

describe.runIf(isRoot)('the orchestration demo', () => {
  test(
    'shows each of its subjects with a PASS line, and leaves no account behind',
    async () => {
      const { code, said } = await runDemo();
      expect(said).not.toContain('FAIL');
      for (const subject of subjects) expect(said).toContain(`PASS  ${subject}`);
      expect(code).toBe(0);
      expect(readFileSync('/etc/passwd', 'utf8')).not.toContain('deskhand-demo-');
    },
    DEMO_TIMEOUT_MS,
  );

  test('without root it says what it needs and why', async () => {
    const { code, said } = await runDemo('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--');
    expect(said).toContain('This demo needs root: it makes three accounts of the operating system');
    expect(code).toBe(2);
  });
});
