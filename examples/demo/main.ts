/**
 * `npm run demo`: the main job from end to end, on a scratch installation that is gone afterwards. It brings everything
 * up with `deskhand up`, signs runs in unattended, opens a session and runs attended in it, and checks by what the flows
 * wrote down, not by what Deskhand says, that each ran where it should. As root the runs sign in as a fresh account of the
 * operating system; otherwise as the own account on a virtual display. `npm run demo -- orchestration` is another one, in
 * its own folder.
 *
 * Exit codes: 0 everything was as it should be · 1 something was not · 2 no program for virtual displays · 130 interrupted.
 */
import { chownSync, copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { type DemoAccount, freshAccount, ownAccount } from './account.ts';
import { desktopPrograms } from './desktop-programs.ts';
import { type Check, checkAttended, checkSignedOut, checkUnattended, readReport, textWrittenBy } from './evidence.ts';
import { clusterOfThisMachine, connect, signInAsFirstAdmin } from './first-admin.ts';
import { cancelUnfinishedRuns, followRun } from './follow-run.ts';
import { scratchFolder, startInstallation } from './installation.ts';
import { cleanedUp, stopOnSignals } from './ending.ts';
import { orchestration } from './orchestration/main.ts';
import { openPersonSession } from './person-session.ts';
import { say, step } from './progress.ts';
import { timeline } from './timeline.ts';
import { waitFor } from './wait-for.ts';

const DEMO_TIMEOUT_MS = 5 * 60_000;
const examples = fileURLToPath(new URL('..', import.meta.url));
const flowFiles = {
  'Where am I': 'where-am-i.robin',
  'Invoice report': 'invoice-report.robin',
  'Hello desktop': 'hello-desktop.robin',
} as const;
type FlowName = keyof typeof flowFiles;

interface Stage {
  readonly client: ApiClient;
  readonly clusterId: string;
  readonly connectionId: string;
  readonly flows: Readonly<Record<FlowName, string>>;
  readonly account: DemoAccount;
  /** The account's own folder, where flows leave what the demo reads. */
  readonly papers: string;
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly cleanup: AsyncDisposableStack;
}

async function main(): Promise<number> {
  const programs = desktopPrograms();
  if (!programs.ok) {
    process.stderr.write(`The demo needs ${programs.missing}. Install it with:\n\n  ${programs.command}\n\n`);
    return 2;
  }
  const stopping = stopOnSignals();
  const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(DEMO_TIMEOUT_MS)]);
  const cleanup = new AsyncDisposableStack();
  let exitCode = 1;
  try {
    exitCode = await play(await setUp(cleanup, signal), programs.server);
  } catch (error) {
    if (stopping.signal.aborted) exitCode = stopping.exitCode();
    say(`\n  ${stopping.signal.aborted ? 'Interrupted.' : (error as Error).message}`);
  }
  return cleanedUp(cleanup, exitCode);
}

async function setUp(cleanup: AsyncDisposableStack, signal: AbortSignal): Promise<Stage> {
  say('\nDeskhand demo\n');
  const scratch = scratchFolder();
  cleanup.defer(scratch.remove);
  const account = await step('Preparing an account of the operating system', async () =>
    process.getuid?.() === 0 ? freshAccount() : ownAccount(),
  );
  cleanup.defer(account.remove);
  const installation = await step('Starting database, control plane, portal and gateway', () =>
    startInstallation(join(scratch.path, 'data'), signal),
  );
  cleanup.defer(installation.stop);
  const client = await step('Making the first admin with the one-time code', () => signInAsFirstAdmin(installation));
  cleanup.defer(() => cancelUnfinishedRuns(client));
  const cluster = await step('Waiting for the gateway of this machine', () => clusterOfThisMachine(client, signal));
  const sealed = account.password === undefined ? '' : ', its password sealed to the key of the gateway';
  const connectionId = await step(`Making a connection${sealed}`, () => connect(client, cluster, account));
  const flows = await step('Making desktop flows from examples/', () => makeFlows(client));
  const papers = papersFolder(scratch.path, account);
  return {
    client,
    clusterId: cluster.id,
    connectionId,
    flows,
    account,
    papers,
    scratch: scratch.path,
    signal,
    cleanup,
  };
}

async function makeFlows(client: ApiClient): Promise<Readonly<Record<FlowName, string>>> {
  const made = Object.entries(flowFiles).map(async ([name, file]) => {
    const flow = await client.createFlow({ body: { name, script: readFileSync(join(examples, file), 'utf8') } });
    return [name, flow.id] as const;
  });
  return Object.fromEntries(await Promise.all(made)) as Record<FlowName, string>;
}

function papersFolder(scratch: string, account: DemoAccount): string {
  const folder = join(scratch, 'papers');
  mkdirSync(folder, { mode: 0o700 });
  copyFileSync(join(examples, 'invoices.csv'), join(folder, 'invoices.csv'));
  chownSync(folder, account.uid, account.gid);
  return folder;
}

async function play(stage: Stage, server: 'Xvnc' | 'Xvfb'): Promise<number> {
  const { account, papers } = stage;
  say(`\nUnattended: Deskhand signs ${account.user} in by itself, on a display nobody sees\n`);
  const here = { ReportPath: join(papers, 'unattended.json') };
  const invoices = { InvoicesPath: join(papers, 'invoices.csv'), ReportPath: join(papers, 'invoices.txt') };
  const first = await submit(stage, 'Where am I', 'unattended', here);
  const second = await submit(stage, 'Invoice report', 'unattended', invoices);
  const third = await submit(stage, 'Hello desktop', 'unattended', { Name: 'Deskhand' });
  const [whereRun, invoiceRun, helloRun] = [
    await follow(stage, first),
    await follow(stage, second),
    await follow(stage, third),
  ];
  const unattended = readReport(here.ReportPath);
  const signedOut = checkSignedOut(unattended, account);

  say(`\nAttended: ${account.user} has a session open, and the run joins it\n`);
  const open = await openDisplays(stage, server);
  const there = { ReportPath: join(papers, 'attended.json') };
  const attendedRun = await follow(stage, await submit(stage, 'Where am I', 'attended', there));
  const attended = readReport(there.ReportPath);

  say('\nTimelines\n');
  for (const run of [whereRun, invoiceRun, helloRun, attendedRun]) say(`${timeline(run.flow.name, run)}\n`);
  const invoiceTotal = `Open in all: ${String(invoiceRun.outputs.Total)}`;
  return judged([
    ['Unattended', [succeeded(whereRun), ...checkUnattended(unattended, account), ...signedOut]],
    ['Invoice report', [succeeded(invoiceRun), wrote(invoices.ReportPath, invoiceTotal)]],
    ['Hello desktop', [succeeded(helloRun)]],
    ['Attended', [succeeded(attendedRun), ...checkAttended(attended, { account, openDisplays: open, unattended })]],
  ]);
}

async function submit(stage: Stage, flow: FlowName, mode: Run['mode'], inputs: Run['inputs']): Promise<Run> {
  const { client, connectionId, flows } = stage;
  return client.submitRun({ body: { flowId: flows[flow], connectionId, mode, inputs } });
}

async function follow({ client, signal }: Stage, { id, flow }: Run): Promise<Run> {
  process.stdout.write(`  ${flow.name.padEnd(16)}`);
  let words = 0;
  const run = await followRun(client, id, signal, (word) => process.stdout.write(`${words++ > 0 ? ' › ' : ''}${word}`));
  say();
  return run;
}

/** Opens a session as a person would, and waits until the gateway has seen that it is open and not locked. */
async function openDisplays({ client, account, scratch, signal, cleanup }: Stage, server: 'Xvnc' | 'Xvfb') {
  const session = await step(`Opening a session of ${account.user}`, () =>
    openPersonSession({ account, server, scratch, signal }),
  );
  cleanup.defer(session.close);
  return step('Waiting until the gateway has seen it', () =>
    waitFor(`the gateway to see ${session.display}`, signal, async () => {
      const sessions = (await client.listGateways()).items.flatMap(({ machine }) => machine?.sessions ?? []);
      const open = sessions.filter(({ ours, locked, uid }) => !ours && locked === false && uid === account.uid);
      const displays = open.flatMap(({ display }) => display ?? []);
      return displays.includes(session.display) ? displays : undefined;
    }),
  );
}

const succeeded = ({ state, error }: Run): Check => ({
  what: state === 'succeeded' ? 'it succeeded' : `it succeeded, but: ${state} ${error?.message ?? ''}`,
  holds: state === 'succeeded',
});

const wrote = (path: string, line: string): Check => ({
  what: `it wrote its report: “${line}”`,
  holds: textWrittenBy(path).startsWith(line),
});

function judged(groups: readonly (readonly [string, readonly Check[]])[]): number {
  say('Checked by the demo itself\n');
  for (const [name, checks] of groups)
    for (const [index, { what, holds }] of checks.entries())
      say(`  ${(index === 0 ? name : '').padEnd(16)}${holds ? '✓' : '✕'} ${what}`);
  const good = groups.every(([, checks]) => checks.every(({ holds }) => holds));
  say(good ? '\n  Everything was as it should be.' : '\n  Not everything was as it should be.');
  return good ? 0 : 1;
}

process.exitCode = process.argv[2] === 'orchestration' ? await orchestration(process.argv.slice(3)) : await main();
