/**
 * `npm run demo -- orchestration`: what the run queue, the clusters and the session rules do, on a scratch server with
 * PostgreSQL and three gateways of this machine. Runs sign in as fresh accounts of the operating system, which takes root.
 *
 * `--keep` leaves all of it open afterwards, until Ctrl+C. Exit codes as of the other demo.
 */
import { accessSync, constants } from 'node:fs';
import { once } from 'node:events';
import { desktopPrograms } from '../desktop-programs.ts';
import { duration } from '../duration.ts';
import { cleanedUp, stopOnSignals } from '../ending.ts';
import type { Check } from '../evidence.ts';
import { cancelUnfinishedRuns } from '../follow-run.ts';
import { say } from '../progress.ts';
import { addOns } from './add-ons.ts';
import { fleetAdmin } from './fleet.ts';
import { lockedSessions } from './locked-sessions.ts';
import { membersAway } from './members.ts';
import { queueOrder } from './queue-order.ts';
import { resubmit } from './resubmit.ts';
import { spread } from './spread.ts';
import { setUp, type Stage, type Subject } from './stage.ts';
import { twoUsers } from './users.ts';

const DEMO_TIMEOUT_MS = 5 * 60_000;
const LOCKER = '/usr/bin/i3lock';

const subjects: readonly (readonly [string, Subject])[] = [
  ['The run queue', queueOrder],
  ['Users of one machine', twoUsers],
  ['Sessions that people left', lockedSessions],
  ['Three gateways', spread],
  ['Members that are away', membersAway],
  ['Unattended Add-ons', addOns],
  ['Resubmit', resubmit],
];

export async function orchestration(args: readonly string[]): Promise<number> {
  const trouble = whatIsMissing();
  if (trouble !== undefined) {
    process.stderr.write(`${trouble}\n\n`);
    return 2;
  }
  const stopping = stopOnSignals();
  const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(DEMO_TIMEOUT_MS)]);
  const cleanup = new AsyncDisposableStack();
  let exitCode = 1;
  try {
    say('\nDeskhand demo: orchestration\n');
    const stage = await setUp(cleanup, signal);
    cleanup.defer(() => cancelUnfinishedRuns(stage.client));
    exitCode = await play(stage);
    if (args.includes('--keep')) await untilStopped(stage, stopping.signal);
  } catch (error) {
    if (stopping.signal.aborted) exitCode = stopping.exitCode();
    say(`\n  ${stopping.signal.aborted ? 'Interrupted.' : `FAIL  ${(error as Error).message}`}`);
  }
  return cleanedUp(cleanup, exitCode);
}

function whatIsMissing(): string | undefined {
  if (process.getuid?.() !== 0)
    return 'This demo needs root: it makes three accounts of the operating system, signs them in side by side, and removes them.';
  const programs = desktopPrograms();
  if (!programs.ok) return `The demo needs ${programs.missing}. Install it with:\n\n  ${programs.command}`;
  try {
    accessSync(LOCKER, constants.X_OK);
    return undefined;
  } catch {
    return 'The demo needs a program that locks screens. Install it with:\n\n  apt-get install -y --no-install-recommends i3lock';
  }
}

async function play(stage: Stage): Promise<number> {
  const startedAtMs = performance.now();
  const checks: Check[] = [];
  for (const [name, subject] of subjects) {
    say(`\n${name}\n`);
    const seen = await subject(stage);
    for (const { what, holds } of seen) say(`  ${holds ? 'PASS' : 'FAIL'}  ${what}`);
    checks.push(...seen);
  }
  const failed = checks.filter(({ holds }) => !holds).length;
  say(`\n  ${checks.length - failed} passed, ${failed} failed, in ${duration(performance.now() - startedAtMs)}`);
  return failed === 0 ? 0 : 1;
}

async function untilStopped({ address }: Stage, stopped: AbortSignal): Promise<void> {
  say(`\n  The portal stays open at ${address}`);
  say(`  Sign in as ${fleetAdmin.email} with the password: ${fleetAdmin.password}`);
  say('  Ctrl+C ends it and removes everything, the accounts too.');
  // A signal alone keeps no program alive; the gateways and the server, which are its children, do.
  if (!stopped.aborted) await once(stopped, 'abort');
}
