import type { Run } from '@deskhand/protocol/http/runs.ts';
import { isTerminal } from '@deskhand/domain/run/transitions.ts';
import { type Marks, makeMarks, markedFlow } from '../../../e2e/stack/marked-flow.ts';
import { makeConnection } from '../../../e2e/stack/people.ts';
import { type DemoAccount, freshAccount } from '../account.ts';
import type { Check } from '../evidence.ts';
import { scratchFolder } from '../installation.ts';
import { step } from '../progress.ts';
import { waitFor } from '../wait-for.ts';
import { type Fleet, startFleet } from './fleet.ts';

/** An operating-system account with its connection to the cluster. */
export interface DemoUser {
  readonly account: DemoAccount;
  readonly connectionId: string;
}

export interface Stage extends Fleet {
  readonly users: readonly [DemoUser, DemoUser, DemoUser];
  /** A flow that marks its start and goes on when it is let go. */
  readonly flowId: string;
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly cleanup: AsyncDisposableStack;
}

/** What one subject of the demo shows, each with what was seen. */
export type Subject = (stage: Stage) => Promise<readonly Check[]>;

export const check = (what: string, holds: boolean): Check => ({ what, holds });

/** A busy machine signs in, runs and signs out in some ten seconds. */
const RUN_TIMEOUT_MS = 120_000;
const USERS = 3;

export async function setUp(cleanup: AsyncDisposableStack, signal: AbortSignal): Promise<Stage> {
  const scratch = scratchFolder();
  cleanup.defer(scratch.remove);
  const accounts = await step(`Making ${USERS} accounts of the operating system`, async () =>
    Array.from({ length: USERS }, () => {
      const account = freshAccount();
      cleanup.defer(account.remove);
      return account;
    }),
  );
  const fleet = await step('Starting PostgreSQL, the server and three gateways', () =>
    startFleet(scratch.path, signal, cleanup),
  );
  const { client, clusterId } = fleet;
  const users: DemoUser[] = [];
  for (const account of accounts) {
    const { user: accountName, password } = account;
    const connectionId = await makeConnection(client, { clusterId, accountName, password, notifications: false });
    users.push({ account, connectionId });
  }
  const flow = await client.createFlow({ body: { name: 'Wait for go', script: markedFlow } });
  return {
    ...fleet,
    users: users as unknown as Stage['users'],
    flowId: flow.id,
    scratch: scratch.path,
    signal,
    cleanup,
  };
}

/** A run of the waiting flow, and the marks that it leaves outside of Deskhand. */
export interface MarkedRun {
  readonly id: string;
  readonly marks: Marks;
}

let runsMade = 0;

export async function submit(
  stage: Stage,
  { connectionId }: DemoUser,
  wish: { readonly startDeadlineMs?: number } = {},
): Promise<MarkedRun> {
  const marks = makeMarks(stage.scratch, `run-${(runsMade += 1)}`);
  const body = { flowId: stage.flowId, connectionId, mode: 'unattended', inputs: { Marks: marks.folder } } as const;
  return { id: (await stage.client.submitRun({ body: { ...body, ...wish } })).id, marks };
}

/** Runs, and stays there until it is let go. */
export async function hold(stage: Stage, user: DemoUser): Promise<MarkedRun> {
  const run = await submit(stage, user);
  await waitFor(
    `the run of ${user.account.user} to start`,
    stage.signal,
    async () => {
      if (run.marks.starts() > 0) return true;
      const { state, error } = await stage.client.getRun({ params: { id: run.id } });
      if (isTerminal(state)) throw new Error(`A run ended ${state} instead of starting: ${error?.message ?? ''}`);
      return undefined;
    },
    RUN_TIMEOUT_MS,
  );
  return run;
}

/** Ended, and its account signed out: the next run of that account has the machine to itself. */
export function whenOver(stage: Stage, id: string): Promise<Run> {
  let last: Run | undefined;
  return waitFor(
    () =>
      `a run to end and its account to sign out; it is ${last?.state ?? 'unknown'}: ${last?.because?.message ?? ''}`,
    stage.signal,
    async () => {
      const run = await stage.client.getRun({ params: { id } });
      last = run;
      return isTerminal(run.state) && (run.signingInAt === null || run.signedOutAt !== null) ? run : undefined;
    },
    RUN_TIMEOUT_MS,
  );
}

/** Lets all of them go and waits for their ends. */
export async function finish(stage: Stage, ...runs: readonly MarkedRun[]): Promise<readonly Run[]> {
  for (const { marks } of runs) marks.letGo();
  return Promise.all(runs.map(({ id }) => whenOver(stage, id)));
}

/** Why it waits, once it does. */
export const whenWaits = (stage: Stage, id: string, code: string) =>
  waitFor(
    `a run to wait because of ${code}`,
    stage.signal,
    async () => {
      const { because, members } = await stage.client.explainRun({ params: { id } });
      return because?.code === code ? { because, members } : undefined;
    },
    RUN_TIMEOUT_MS,
  );

/**
 * Gateways of one machine see each other's sessions, and look a few seconds apart: until each has seen that an account is
 * signed out, it takes no run of that account.
 */
export const whenNobodyIsSignedIn = ({ client, users, signal }: Stage): Promise<true> =>
  waitFor('the gateways to see that nobody is signed in', signal, async () => {
    const names = new Set(users.map(({ account }) => account.user));
    const { items } = await client.listGateways();
    return items.every(({ machine }) => machine?.sessions.every(({ user }) => !names.has(user))) || undefined;
  });

export const switchToggle = (stage: Stage, runOnAllGateways: boolean) =>
  stage.client.updateCluster({ params: { id: stage.clusterId }, body: { runOnAllGateways } });
