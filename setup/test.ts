/**
 * What `npm test` runs: every check of the repository, one after the other, with a table at the end. A failing step does
 * not hide the steps after it. `--quick` is the inner loop: types, tidy and unit tests.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isReachable, runThroughOpenDoor } from './reachable.ts';

const STEP_TIMEOUT_MS = 30 * 60_000;

interface Step {
  readonly name: string;
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
}

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (path: string): string => join(root, 'node_modules', path);
const tsc = bin('typescript/bin/tsc');
const portalTypes = existsSync(join(root, 'packages/portal/tsconfig.json'))
  ? [[tsc, '--noEmit', '--pretty', 'false', '-p', 'packages/portal']]
  : [];

function vitest(name: string, quick: boolean, ...args: readonly string[]): Step {
  const report = join(root, '.build', 'test-results', `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return {
    name,
    quick,
    report,
    programs: [[bin('vitest/vitest.mjs'), 'run', '--passWithNoTests', ...reporters, ...args]],
  };
}

const eslintCache = ['--cache', '--cache-location', '.build/eslint/', '--cache-strategy', 'content'];
const steps: readonly Step[] = [
  { name: 'types', quick: true, programs: [[tsc, '--noEmit', '--pretty', 'false'], ...portalTypes] },
  { name: 'format', quick: false, programs: [[bin('@biomejs/biome/bin/biome'), 'format', '.']] },
  { name: 'lint', quick: false, programs: [[bin('eslint/bin/eslint.js'), ...eslintCache, '.']] },
  vitest('tidy', true, '--project', 'unit', 'tidy/'),
  vitest('unit', true, '--project', 'unit', 'packages/', 'setup/', 'bench/', 'e2e/', 'examples/'),
  vitest('pg', false, '--project', 'pg'),
  vitest('session', false, '--project', 'session'),
  vitest('e2e', false, '--project', 'e2e'),
];

const quick = process.argv.includes('--quick');
const isBehindDoor = process.argv.includes('--behind-door');
// Once is enough: a clone whose own folder is closed stays closed behind the door too.
if (process.getuid?.() === 0 && !quick && !isBehindDoor && !isReachable(root.replace(/\/$/, ''))) {
  process.exit(runThroughOpenDoor(root.replace(/\/$/, ''), 'setup/test.ts', ['--behind-door']));
}
mkdirSync(join(root, '.build', 'test-results'), { recursive: true });
const results = steps.filter((step) => step.quick || !quick).map(run);
printTable(results);
process.exitCode = results.some(({ failed }) => failed > 0) ? 1 : 0;

function run(step: Step): Result {
  console.log(`\n── ${step.name} ──`);
  if (step.report) rmSync(step.report, { force: true });
  const startedAt = performance.now();
  const done = step.programs.map(succeeds).every(Boolean);
  const seconds = (performance.now() - startedAt) / 1000;
  return { name: step.name, seconds, ...counts(step, done) };
}

function succeeds(args: readonly string[]): boolean {
  const { status, signal } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: STEP_TIMEOUT_MS,
  });
  if (signal) console.log(`ended by ${signal} after ${STEP_TIMEOUT_MS / 60_000} minutes at most`);
  return status === 0;
}

/** A step that fails without a failed test, such as a file that does not load, counts as one failure. */
function counts(step: Step, done: boolean): { readonly passed: number; readonly failed: number } {
  if (step.report === undefined) return { passed: done ? 1 : 0, failed: done ? 0 : 1 };
  if (!existsSync(step.report)) return { passed: 0, failed: done ? 0 : 1 };
  const report = JSON.parse(readFileSync(step.report, 'utf8')) as { numPassedTests: number; numFailedTests: number };
  return { passed: report.numPassedTests, failed: Math.max(report.numFailedTests, done ? 0 : 1) };
}

function printTable(rows: readonly Result[]): void {
  console.log('\n  step      passed  failed   seconds');
  for (const { name, passed, failed, seconds } of rows) {
    const cells = [String(passed).padStart(6), String(failed).padStart(6), seconds.toFixed(1).padStart(8)];
    console.log(`${failed === 0 ? '✓' : '✕'} ${name.padEnd(8)}  ${cells.join('  ')}`);
  }
  const sum = (count: (row: Result) => number): number => rows.reduce((total, row) => total + count(row), 0);
  console.log(`\n${sum((row) => row.passed)} passed, ${sum((row) => row.failed)} failed`);
}
