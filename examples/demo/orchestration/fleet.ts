import { join } from 'node:path';
import { type ApiClient, createClient } from '@deskhand/protocol/http/client.ts';
import { type Program, runProgram, startProgram } from '../../../e2e/stack/programs.ts';
import { adminPassword, claim, freePort } from '../../../e2e/stack/stack.ts';
import { waitFor } from '../wait-for.ts';

/** One gateway of the fleet, with a data folder of its own. */
export interface Machine {
  readonly id: string;
  readonly name: string;
  /** As somebody who switches the machine off; it is offline when this is done. */
  switchOff(): Promise<void>;
  switchOn(): Promise<void>;
}

/** A server with its PostgreSQL, and three gateways of one cluster: real programs, all on this machine. */
export interface Fleet {
  readonly client: ApiClient;
  readonly address: string;
  readonly clusterId: string;
  /** The first is the primary. */
  readonly machines: readonly [Machine, Machine, Machine];
}

export const fleetAdmin = { email: 'ada@corp.example', password: adminPassword };
const GATEWAYS = 3;
/** Three of them start at once. */
const START_TIMEOUT_MS = 90_000;
const LOG_LINES_SHOWN = 12;
/** Ctrl+C must reach these through the demo, after the runs are cancelled, so they have a process group of their own. */
const ownGroup = ['setsid'];

export async function startFleet(scratch: string, signal: AbortSignal, cleanup: AsyncDisposableStack): Promise<Fleet> {
  const { address, setupCode } = await startServer(join(scratch, 'server'), cleanup);
  const client = createClient({ baseUrl: address, token: await claim(fetch, address, setupCode) });
  const { id: clusterId } = await client.createCluster({ body: { name: 'Demo cluster' } });
  const enrolment = { client, address, clusterId, scratch };
  let recoveryKey: string | undefined;
  for (let number = 1; number <= GATEWAYS; number++) recoveryKey = await enrol(enrolment, number, recoveryKey);
  const machines = await Promise.all(
    [1, 2, 3].map((number) => startMachine({ ...enrolment, signal, cleanup }, `machine-${number}`)),
  );
  return { client, address, clusterId, machines: machines as unknown as Fleet['machines'] };
}

/** Settings of an installation that already exists here must not lead the demo to it. */
const plainEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('DESKHAND_') && name !== 'DATABASE_URL'),
  );

async function startServer(data: string, cleanup: AsyncDisposableStack) {
  const args = ['serve', '--data', data, '--port', String(await freePort()), '--controlled'];
  const server = startProgram('control-plane', args, { env: plainEnvironment(), prefix: ownGroup });
  cleanup.defer(server.end);
  return server.line<{ address: string; setupCode: string }>((line) => line.event === 'listening', 'that it listens');
}

interface Enrolment {
  readonly client: ApiClient;
  readonly address: string;
  readonly clusterId: string;
  readonly scratch: string;
}

/** The first one shows the recovery key of the cluster, with which the others join. */
async function enrol(to: Enrolment, number: number, recoveryKey: string | undefined): Promise<string | undefined> {
  const { client, address, clusterId, scratch } = to;
  const name = `machine-${number}`;
  const { token } = await client.createEnrolmentToken({ params: { id: clusterId } });
  const args = ['enrol', '--server', address, '--name', name, '--token-stdin', '--data', join(scratch, name)];
  args.push('--session-host', 'linux', ...(recoveryKey ? ['--recovery-key-stdin'] : ['--join-wait', '0']));
  // Without a terminal, on which it would wait for a person to note the key down.
  const surroundings = { env: plainEnvironment(), prefix: ['setsid', '--wait'] };
  const { code, stderr } = await runProgram('gateway', args, `${token}\n${recoveryKey ?? ''}\n`, surroundings);
  if (code !== 0) throw new Error(`${name} was not enrolled: ${stderr}`);
  return recoveryKey ?? /^ {2}(\S+)$/m.exec(stderr)?.[1];
}

interface MachineParts extends Enrolment {
  readonly signal: AbortSignal;
  readonly cleanup: AsyncDisposableStack;
}

async function startMachine({ client, scratch, signal, cleanup }: MachineParts, name: string): Promise<Machine> {
  const data = join(scratch, name);
  const args = ['run', '--data', data, '--beside-others', '--kit', `${data}-kit`];
  const start = (): Program => startProgram('gateway', args, { env: plainEnvironment(), prefix: ownGroup });
  let program = start();
  cleanup.defer(() => program.end());
  const find = async () => (await client.listGateways()).items.find((gateway) => gateway.name === name);
  const whenOnline = (): Promise<string> =>
    waitFor(
      `${name} to be online`,
      signal,
      async () => {
        if (program.child.exitCode !== null) throw new Error(`${name} ended by itself.`);
        const found = await find();
        return found?.status === 'online' && found.machine !== null ? found.id : undefined;
      },
      START_TIMEOUT_MS,
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${program.log().split('\n').slice(-LOG_LINES_SHOWN).join('\n')}`);
    });
  return {
    id: await whenOnline(),
    name,
    switchOff: async () => {
      await program.end();
      await waitFor(`${name} to be offline`, signal, async () => (await find())?.status === 'offline' || undefined);
    },
    switchOn: async () => {
      program = start();
      await whenOnline();
    },
  };
}
