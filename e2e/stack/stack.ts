import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiClient, createClient } from '@deskhand/protocol/http/client.ts';
import { type Program, runProgram, startProgram } from './programs.ts';
import { waitUntil } from './wait-until.ts';

export interface Stack {
  readonly folder: string;
  readonly address: string;
  readonly client: ApiClient;
  readonly token: string;
  readonly clusterId: string;
  readonly server: () => Program;
  readonly gateway: () => Program;
  readonly gatewayData: string;
  readonly serverData: string;
  /** Starts the server again on the same data and port after it was killed. */
  restartServer(): Promise<void>;
  startGateway(): Promise<void>;
  /** The newest log lines of both programs, for a test that failed. */
  lastWords(): string;
  close(): Promise<void>;
}

export interface StackOptions {
  readonly sessionHost: 'linux' | 'virtual';
  /** Further environment of the gateway. */
  readonly gatewayEnvironment?: NodeJS.ProcessEnv;
}

export const adminPassword = 'a sentence nobody guesses';
const admin = { name: 'Ada Admin', email: 'ada@corp.example', password: adminPassword };

/** The real programs on a scratch folder: PostgreSQL, control plane, one gateway, a first admin with a token. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), 'dh-e2e-'));
  // The unprivileged user of the control plane must reach its own folder inside.
  chmodSync(folder, 0o711);
  const serverData = join(folder, 'server');
  const gatewayData = join(folder, 'gateway');
  const port = await freePort();
  let server = startServer(serverData, port);
  const listening = await server.line<{ address: string; setupCode: string }>(
    (line) => line.event === 'listening',
    'that it listens',
  );
  const token = await claim(listening.address, listening.setupCode);
  const client = createClient({ baseUrl: listening.address, token });
  const cluster = await client.createCluster({ body: { name: 'Test cluster' } });
  await enrol(client, cluster.id, listening.address, gatewayData, options.sessionHost);
  let gateway = runGateway(gatewayData, options);
  await online(client);
  return {
    folder,
    address: listening.address,
    client,
    token,
    clusterId: cluster.id,
    serverData,
    gatewayData,
    server: () => server,
    gateway: () => gateway,
    restartServer: async () => {
      server = startServer(serverData, port);
      await server.line((line) => line.event === 'listening', 'that it listens');
    },
    startGateway: async () => {
      gateway = runGateway(gatewayData, options);
      await online(client);
    },
    lastWords: () => `server:\n${lastLines(server)}\ngateway:\n${lastLines(gateway)}`,
    close: async () => {
      await gateway.end();
      await server.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const lastLines = (program: Program): string => program.log().split('\n').slice(-25).join('\n');

const startServer = (data: string, port: number): Program =>
  startProgram('control-plane', ['serve', '--data', data, '--port', String(port), '--controlled']);

const runGateway = (data: string, options: StackOptions): Program =>
  startProgram('gateway', ['run', '--data', data, '--beside-others'], {
    ...process.env,
    ...options.gatewayEnvironment,
  });

async function claim(address: string, code: string): Promise<string> {
  const response = await fetch(`${address}/api/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, ...admin }),
  });
  if (!response.ok) throw new Error(`The first admin could not be made: ${await response.text()}`);
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const made = await fetch(`${address}/api/v1/api-tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify({ name: 'tests' }),
  });
  return ((await made.json()) as { token: string }).token;
}

async function enrol(
  client: ApiClient,
  clusterId: string,
  address: string,
  data: string,
  sessionHost: string,
): Promise<void> {
  const { token } = await client.createEnrolmentToken({ params: { id: clusterId } });
  const args = [
    'enrol',
    '--server',
    address,
    '--name',
    'machine-1',
    '--token-stdin',
    '--session-host',
    sessionHost,
    '--data',
    data,
  ];
  const { code, stderr } = await runProgram('gateway', args, `${token}\n`);
  if (code !== 0) throw new Error(`The gateway could not be enrolled: ${stderr}`);
}

const online = (client: ApiClient): Promise<true> =>
  waitUntil(
    'the gateway to be online',
    async () =>
      (await client.listGateways()).items.some(({ status, machine }) => status === 'online' && machine !== null) ||
      undefined,
  );

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
