import type { Run } from '@deskhand/protocol/http/runs.ts';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { submitHeld } from './stack/held-runs.ts';
import { type Marks, markedFlow } from './stack/marked-flow.ts';
import { makeConnection, makePerson, type Person } from './stack/people.ts';
import { killPostgres, killRunnerOf } from './stack/victims.ts';
import { makeFlow, whenEnded, whenState } from './stack/runs.ts';
import { type Stack, startStack } from './stack/stack.ts';

/**
 * kill -9 of the server, the gateway, the runner and PostgreSQL in each phase of a run. Starts are counted from a file
 * that the flow itself wrote and synced. No run starts twice, none is lost, and each ends in the state of DESIGN §7.
 */
const isRoot = process.getuid?.() === 0;
let stack: Stack;
let person: Person | undefined;
let connectionId: string;
let flowId: string;

beforeAll(async () => {
  stack = await startStack({ sessionHost: isRoot ? 'linux' : 'virtual' });
  person = isRoot ? makePerson('fault') : undefined;
  const ownUser = (await stack.client.listGateways()).items[0]?.machine?.sessions[0]?.user ?? process.env.USER ?? '';
  connectionId = await makeConnection(stack.client, {
    clusterId: stack.clusterId,
    accountName: person?.user ?? ownUser,
    password: person?.password,
    whenSessionBlocked: 'wait',
    notifications: false,
  });
  flowId = await makeFlow(stack.client, markedFlow);
}, 180_000);
afterAll(async () => {
  await stack?.close();
  person?.remove();
}, 60_000);

interface Scene {
  readonly run: Run;
  readonly marks: Marks;
}
interface Case {
  readonly name: string;
  /** What happens between submit and end; lets the flow go when it wants. */
  readonly story: (scene: Scene) => Promise<void>;
  readonly ends: { readonly state: Run['state']; readonly code?: string };
  readonly starts: readonly number[];
}

const in_ = (scene: Scene, phase: Run['phase']) =>
  whenState(
    stack.client,
    scene.run.id,
    (run) => run.phase === phase || run.state === 'running',
    `in phase ${String(phase)}`,
  );
const running = (scene: Scene) => whenState(stack.client, scene.run.id, ({ state }) => state === 'running', 'running');
const serverDiesAndComesBack = async (): Promise<void> => {
  await stack.server().kill();
  await stack.restartServer();
};
const gatewayDiesAndComesBack = async (): Promise<void> => {
  await stack.gateway().kill();
  await stack.startGateway();
};

const cases: readonly Case[] = [
  {
    name: 'the server dies right after the submit was acknowledged',
    story: async ({ marks }) => {
      await serverDiesAndComesBack();
      marks.letGo();
    },
    ends: { state: 'succeeded' },
    starts: [1],
  },
  {
    name: 'the server dies while the account is signed in',
    story: async (scene) => {
      await in_(scene, 'signingIn');
      await serverDiesAndComesBack();
      scene.marks.letGo();
    },
    ends: { state: 'succeeded' },
    starts: [1],
  },
  {
    name: 'the server dies while the flow is being downloaded',
    story: async (scene) => {
      await in_(scene, 'downloading');
      await serverDiesAndComesBack();
      scene.marks.letGo();
    },
    ends: { state: 'succeeded' },
    starts: [1],
  },
  {
    name: 'the server dies while the flow runs, and is back before it ends',
    story: async (scene) => {
      await running(scene);
      await scene.marks.whenStarted();
      await serverDiesAndComesBack();
      scene.marks.letGo();
    },
    ends: { state: 'succeeded' },
    starts: [1],
  },
  {
    name: 'the server is away when the flow ends',
    story: async ({ marks }) => {
      await marks.whenStarted();
      await stack.server().kill();
      marks.letGo();
      await stack.restartServer();
    },
    ends: { state: 'succeeded' },
    starts: [1],
  },
  {
    name: 'the server dies after a cancel was accepted',
    story: async (scene) => {
      await scene.marks.whenStarted();
      await stack.client.cancelRun({ params: { id: scene.run.id } });
      await serverDiesAndComesBack();
    },
    ends: { state: 'cancelled' },
    starts: [1],
  },
  {
    name: 'the gateway dies right after the submit',
    story: async ({ marks }) => {
      await gatewayDiesAndComesBack();
      marks.letGo();
    },
    // Depending on how far it came: given back and started once later, or started without a runner left.
    ends: { state: 'succeeded' },
    starts: [0, 1],
  },
  {
    name: 'the gateway dies while it signs the account in',
    story: async (scene) => {
      await in_(scene, 'signingIn');
      await gatewayDiesAndComesBack();
      scene.marks.letGo();
    },
    ends: { state: 'failed', code: 'RunnerLost' },
    starts: [0, 1],
  },
  {
    name: 'the gateway dies while the flow runs: the run goes on and is adopted',
    story: async (scene) => {
      await running(scene);
      await scene.marks.whenStarted();
      await gatewayDiesAndComesBack();
      scene.marks.letGo();
    },
    ends: { state: 'succeeded' },
    starts: [1],
  },
  {
    name: 'the flow ends while the gateway is away: its result is read from the spool',
    story: async ({ marks }) => {
      await marks.whenStarted();
      await stack.gateway().kill();
      marks.letGo();
      await stack.startGateway();
    },
    ends: { state: 'succeeded' },
    starts: [1],
  },
  {
    name: 'the gateway dies after a cancel was accepted',
    story: async (scene) => {
      await scene.marks.whenStarted();
      await stack.client.cancelRun({ params: { id: scene.run.id } });
      await gatewayDiesAndComesBack();
    },
    ends: { state: 'cancelled' },
    starts: [1],
  },
  {
    name: 'the runner dies while the flow runs',
    story: async (scene) => {
      await scene.marks.whenStarted();
      await killRunnerOf(scene.run.id);
    },
    ends: { state: 'failed', code: 'RunnerLost' },
    starts: [1],
  },
  {
    name: 'the runner dies while the gateway is away',
    story: async (scene) => {
      await scene.marks.whenStarted();
      await stack.gateway().kill();
      await killRunnerOf(scene.run.id);
      await stack.startGateway();
    },
    ends: { state: 'failed', code: 'RunnerLost' },
    starts: [1],
  },
  {
    name: 'server and gateway die together while the flow runs',
    story: async ({ marks }) => {
      await marks.whenStarted();
      await Promise.all([stack.server().kill(), stack.gateway().kill()]);
      await stack.restartServer();
      await stack.startGateway();
      marks.letGo();
    },
    ends: { state: 'succeeded' },
    starts: [1],
  },
  {
    name: 'PostgreSQL dies while the flow runs',
    story: async ({ marks }) => {
      await marks.whenStarted();
      await killPostgres(stack.serverData);
      marks.letGo();
    },
    ends: { state: 'succeeded' },
    starts: [1],
  },
];

describe('kill -9 in each phase of a run', () => {
  test.each(cases)('$name', async ({ name, story, ends, starts }) => {
    onTestFailed(async () => console.error(await stack.lastWords()));
    const { run, marks } = await submitHeld(stack, name.replace(/\W+/g, '-'), { flowId, connectionId });
    await story({ run, marks });
    const ended = await whenEnded(stack.client, run.id, 90_000);
    expect({ state: ended.state, code: ended.error?.code }).toEqual({ state: ends.state, code: ends.code });
    expect(starts).toContain(marks.starts());
  });
});
