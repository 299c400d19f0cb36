/**
 * What `npm test` runs: every check of the repository, side by side as far as the cores go, with a table at the end. What
 * a step says is kept in `.build/test-results/<step>.log` and printed whole when it ends. A failing step does not hide
 * the others. `--quick` is the inner loop: types, tidy and unit tests.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failedTests, type TestReport } from './failed-tests.ts';
import { isReachable, runThroughOpenDoor } from './reachable.ts';
import { sideBySide, type Work } from './side-by-side.ts';

const STEP_TIMEOUT_MS = 30 * 60_000;
const STILL_RUNNING_INTERVAL_MS = 60_000;

interface Step extends Work {
  readonly quick: boolean;
  /** Arguments of Node, one list for each program of the step. */
  readonly programs: readonly (readonly string[])[];
  /** Where Vitest writes its counts; a step without one is a single check. */
  readonly report?: string;
}

interface Result {
  readonly name: string;
  readonly seconds: number;
  readonly passed: number;
  readonly failed: number;
  readonly failedTests: readonly string[];
}

const root = fileURLToPath(new URL('..', import.meta.url));
const results = join(root, '.build', 'test-results');
const bin = (path: string): string => join(root, 'node_modules', path);
const tsc = bin('typescript/bin/tsc');
const portalTypes = existsSync(join(root, 'packages/portal/tsconfig.json'))
  ? [[tsc, '--noEmit', '--pretty', 'false', '-p', 'packages/portal']]
  : [];

function vitest(name: string, wish: { readonly quick: boolean; readonly cores: number }, ...args: string[]): Step {
  const report = join(results, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return {
    name,
    ...wish,
    report,
    programs: [[bin('vitest/vitest.mjs'), 'run', '--passWithNoTests', ...reporters, ...args]],
  };
}

const unitFolders = ['packages/', 'setup/', 'bench/', 'e2e/', 'examples/', 'simulator/', 'scenarios/'];
const busy = { quick: false, cores: 1 };
const mostlyWaits = { quick: false, cores: 0.5 };
const alone = { quick: false, cores: Infinity };
const eslintCache = ['--cache', '--cache-location', '.build/eslint/', '--cache-strategy', 'content'];
/** What a person wants to know first, then what takes longest. */
const steps: readonly Step[] = [
  { name: 'types', quick: true, cores: 1, programs: [[tsc, '--noEmit', '--pretty', 'false'], ...portalTypes] },
  vitest('tidy', { quick: true, cores: 1 }, '--project', 'unit', 'tidy/'),
  vitest('unit', { quick: true, cores: 1 }, '--project', 'unit', ...unitFolders),
  { name: 'format', quick: false, cores: 1, programs: [[bin('@biomejs/biome/bin/biome'), 'format', '.']] },
  { name: 'lint', ...busy, programs: [[bin('eslint/bin/eslint.js'), ...eslintCache, '.']] },
  vitest('e2e', busy, '--project', 'e2e'),
  vitest('pg', busy, '--project', 'pg'),
  vitest('browser', busy, '--project', 'browser'),
  vitest('up', mostlyWaits, '--project', 'up'),
  vitest('session', mostlyWaits, '--project', 'session'),
  vitest('alone', alone, '--project', 'alone'),
];

const quick = process.argv.includes('--quick');
const isBehindDoor = process.argv.includes('--behind-door');
// Once is enough: a clone whose own folder is closed stays closed behind the door too.
if (process.getuid?.() === 0 && !quick && !isBehindDoor && !isReachable(root.replace(/\/$/, ''))) {
  process.exit(runThroughOpenDoor(root.replace(/\/$/, ''), 'setup/test.ts', ['--behind-door']));
}
mkdirSync(results, { recursive: true });
const startedAt = performance.now();
const running = new Map<string, ChildProcess>();
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt(signal));
const stillRunning = setInterval(
  () => sayTime(`still at ${[...running.keys()].join(', ')}`),
  STILL_RUNNING_INTERVAL_MS,
);
const rows = await sideBySide(
  steps.filter((step) => step.quick || !quick),
  availableParallelism(),
  run,
);
clearInterval(stillRunning);
printTable(rows);
process.exitCode = rows.some(({ failed }) => failed > 0) ? 1 : 0;

async function run(step: Step): Promise<Result> {
  if (step.report) rmSync(step.report, { force: true });
  sayTime(`${step.name} …`);
  const log = join(results, `${step.name}.log`);
  const begunAt = performance.now();
  const done = await allSucceed(step, log);
  const seconds = (performance.now() - begunAt) / 1000;
  const result = { name: step.name, seconds, ...counts(step, done) };
  console.log(`\n── ${step.name} ──\n${readFileSync(log, 'utf8').trimEnd()}`);
  sayTime(`${step.name} ${result.failed === 0 ? 'is as it should be' : 'FAILED'}`);
  return result;
}

/** The programs of a step run one after the other, also those after one that failed. */
async function allSucceed(step: Step, log: string): Promise<boolean> {
  const output = openSync(log, 'w');
  try {
    let allDone = true;
    for (const args of step.programs) allDone = (await succeeds(step.name, args, output)) && allDone;
    return allDone;
  } finally {
    closeSync(output);
  }
}

async function succeeds(name: string, args: readonly string[], output: number): Promise<boolean> {
  if (interruption.signal.aborted) return false;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: root,
    // Tests start the real programs more than a hundred times; what was compiled once is not compiled again.
    env: { ...process.env, NODE_COMPILE_CACHE: join(root, '.build', 'compile-cache') },
    stdio: ['ignore', output, output],
    timeout: STEP_TIMEOUT_MS,
  });
  running.set(name, child);
  const [status, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  running.delete(name);
  if (signal) console.log(`${name} was ended by ${signal}, after ${STEP_TIMEOUT_MS / 60_000} minutes at most`);
  return status === 0;
}

/** What runs is told and cleans up after itself; nothing else is started. */
function interrupt(signal: NodeJS.Signals): void {
  interruption.abort();
  for (const child of running.values()) child.kill(signal);
}

function sayTime(what: string): void {
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`[${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, '0')}] ${what}`);
}

/** A step that fails without a failed test, such as a file that does not load, counts as one failure. */
function counts(step: Step, done: boolean): Pick<Result, 'passed' | 'failed' | 'failedTests'> {
  const whole = { passed: 0, failed: done ? 0 : 1, failedTests: done ? [] : [`${step.name}: its output says why`] };
  if (step.report === undefined) return { ...whole, passed: done ? 1 : 0 };
  if (!existsSync(step.report)) return whole;
  const report = JSON.parse(readFileSync(step.report, 'utf8')) as TestReport;
  const named = failedTests(report, root);
  return {
    passed: report.numPassedTests,
    failed: Math.max(report.numFailedTests, whole.failed),
    failedTests: named.length > 0 ? named : whole.failedTests,
  };
}

function printTable(rows: readonly Result[]): void {
  console.log('\n  step      passed  failed   seconds');
  for (const { name, passed, failed, seconds } of rows) {
    const cells = [String(passed).padStart(6), String(failed).padStart(6), seconds.toFixed(1).padStart(8)];
    console.log(`${failed === 0 ? '✓' : '✕'} ${name.padEnd(8)}  ${cells.join('  ')}`);
  }
  const sum = (count: (row: Result) => number): number => rows.reduce((total, row) => total + count(row), 0);
  const minutes = (performance.now() - startedAt) / 60_000;
  console.log(
    `\n${sum((row) => row.passed)} passed, ${sum((row) => row.failed)} failed, ${minutes.toFixed(1)} minutes`,
  );
  for (const failed of rows.flatMap((row) => row.failedTests)) console.log(`\n✕ ${failed}`);
}
