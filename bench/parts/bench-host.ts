import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunnerEvent, RunnerStart } from '@deskhand/protocol/runner.ts';
import { findBundles, kitCopiedTo, kitInPlace } from '../../packages/gateway/adapters/kit/open-kit.ts';
import { LinuxHost } from '../../packages/gateway/adapters/linux/linux-host.ts';
import { VirtualHost } from '../../packages/gateway/adapters/virtual/virtual-host.ts';
import type { HostedSession, SessionHost } from '../../packages/gateway/ports/session-host.ts';
import { makeAccount, removeAccount } from '../../packages/gateway/session-desktop/testing/real-accounts.ts';
import { cleanLater } from './leftovers.ts';

export interface BenchAccount {
  /** Put before a command line to run it as the account. */
  readonly enter: readonly string[];
  /** A Node that the account can run. */
  readonly node: string;
}

export interface SignInSample {
  /** Request to first action. */
  readonly totalMs: number;
  /** Request to usable session. */
  readonly signInMs: number;
}

const SIGN_IN_TIMEOUT_MS = 60_000;
const SIGN_OUT_GRACE_MS = 2_000;

/** The real session host and the real runner kit, without server and link. */
export async function openBenchHost(screen: { readonly width: number; readonly height: number }) {
  const { host, account, runner, accountName, password } = process.getuid?.() === 0 ? asRoot() : asMyself();
  const { missing, unattended } = await host.probe();
  if (!unattended) throw new Error(missing.join('\n'));
  cleanLater(async () => void (await host.sweep(new Set())));
  const signInAndRun = async (): Promise<SignInSample> => {
    const runId = randomUUID();
    const startedMs = nowMs();
    const signal = AbortSignal.timeout(SIGN_IN_TIMEOUT_MS);
    const answer = await host.signIn({
      sessionId: `${runId}-1`,
      runId,
      accountName,
      password,
      screen,
      prepare: { command: account.node, args: [runner] },
      signal,
    });
    if (!answer.ok) throw new Error(answer.because.message);
    try {
      const signInMs = nowMs() - startedMs;
      const firstActionMs = await firstAction(answer.session, runId);
      return { totalMs: firstActionMs - startedMs, signInMs };
    } finally {
      await answer.session.signOut({ graceMs: SIGN_OUT_GRACE_MS });
    }
  };
  return { kind: host.kind, account, signInAndRun };
}

interface Parts {
  readonly host: SessionHost;
  readonly account: BenchAccount;
  readonly runner: string;
  readonly accountName: string;
  readonly password: string | undefined;
}

function asRoot(): Parts {
  const folder = benchFolder('/var/lib');
  // The account must reach the kit in it.
  chmodSync(folder, 0o711);
  const kit = kitCopiedTo(join(folder, 'kit'), findBundles());
  const account = makeAccount('bench');
  cleanLater(() => removeAccount(account));
  const runtimeFolder = `/run/deskhand-bench-${process.pid}`;
  cleanLater(() => rmSync(runtimeFolder, { recursive: true, force: true }));
  const helper = { nodePath: kit.node, helperPath: kit.sessionHelper };
  const host = new LinuxHost({
    ...helper,
    runtimeFolder,
    owner: { instance: `bench${process.pid}`, dataFolder: null },
  });
  const enter = ['setpriv', `--reuid=${account.uid}`, `--regid=${account.gid}`, '--init-groups', '--'];
  return {
    host,
    account: { enter, node: kit.node },
    runner: kit.runner,
    accountName: account.user,
    password: account.password,
  };
}

function asMyself(): Parts {
  const kit = kitInPlace(findBundles());
  const helper = { nodePath: kit.node, helperPath: kit.sessionHelper };
  const host = new VirtualHost({
    ...helper,
    runtimeFolder: benchFolder(tmpdir()),
    owner: { instance: `bench${process.pid}`, dataFolder: null },
  });
  return {
    host,
    account: { enter: [], node: kit.node },
    runner: kit.runner,
    accountName: process.env['USER'] ?? '',
    password: undefined,
  };
}

function benchFolder(parent: string): string {
  const folder = mkdtempSync(join(parent, 'deskhand-bench-'));
  cleanLater(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The moment that the runner's own log tells of the first action. */
async function firstAction(session: HostedSession, runId: string): Promise<number> {
  const started = session.prepared?.start(`${JSON.stringify(order(runId))}\n`);
  if (started === undefined) throw new Error('The sign-in prepared no runner.');
  const said: string[] = [];
  for await (const line of started.output) {
    said.push(line);
    const event = line.startsWith('{') ? (JSON.parse(line) as RunnerEvent) : undefined;
    const first = event?.type === 'log' ? event.lines[0] : undefined;
    if (first !== undefined) return Date.parse(first.at);
  }
  throw new Error(`The runner told of no action: ${said.join('\n').slice(0, 500)}`);
}

const order = (runId: string): RunnerStart => ({
  runId,
  attempt: 1,
  flowName: 'bench',
  script: 'SET Counter TO 1',
  inputs: {},
  sensitive: [],
  secrets: [],
  windowsPaths: {},
  culture: 'en-US',
  mode: 'unattended',
  channel: null,
  logLevel: 'all',
});

const nowMs = (): number => performance.timeOrigin + performance.now();
