import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiClient, createClient } from '@deskhand/protocol/http/client.ts';
import type { Network, Relay } from './network.ts';
import { type Program, runProgram, startProgram, type Surroundings } from './programs.ts';
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
  /** As the first gateway's enrolment showed it; a virtual gateway has none. */
  readonly recoveryKey: string | undefined;
  /** The way into the network of the stack. */
  readonly relay: Relay | undefined;
  /** Of the certificate that the server shows now; null when it speaks no TLS. */
  readonly fingerprint: () => string | null;
  /** Starts the server again on the same data and port after it was killed. */
  restartServer(args?: readonly string[]): Promise<void>;
  /** Enrols one more gateway, in a folder of its own, and answers how that went. */
  enrol(wish: EnrolWish): Promise<Awaited<ReturnType<typeof runProgram>>>;
  startGateway(): Promise<void>;
  /** The newest runs and log lines of both programs, for a test that failed. */
  lastWords(): Promise<string>;
  close(): Promise<void>;
}

export interface EnrolWish {
  readonly name: string;
  readonly data: string;
  /** Default: a new one. */
  readonly token?: string;
  readonly recoveryKey?: string | undefined;
  /** Default: the right one. */
  readonly fingerprint?: string;
}

export interface StackOptions {
  readonly sessionHost: 'linux' | 'virtual';
  /** Further environment of the gateway. */
  readonly gatewayEnvironment?: NodeJS.ProcessEnv;
  /** Everything runs in there, the server on its second address. */
  readonly network?: Network;
  /** A folder that is there already; default: one of its own inside `folder`. */
  readonly gatewayData?: string;
}

interface Listening {
  readonly address: string;
  readonly fingerprint: string | null;
  readonly setupCode: string;
}

export const adminPassword = 'a sentence nobody guesses';
const admin = { name: 'Ada Admin', email: 'ada@corp.example', password: adminPassword };

/** The real programs on a scratch folder: PostgreSQL, control plane, one gateway, a first admin with a token. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), 'dh-e2e-'));
  // The unprivileged user of the control plane must reach its own folder inside.
  chmodSync(folder, 0o711);
  const serverData = join(folder, 'server');
  const gatewayData = options.gatewayData ?? join(folder, 'gateway');
  const port = await freePort();
  const { network } = options;
  const relay = await network?.relay(folder, port);
  const startServer = async (args: readonly string[] = []) => {
    const flags = [
      '--data',
      serverData,
      '--port',
      String(port),
      '--controlled',
      ...(network ? ['--host', network.host] : []),
    ];
    const program = startProgram('control-plane', ['serve', ...flags, ...args], surroundings(options));
    const said = await program.line<Listening>((line) => line.event === 'listening', 'that it listens');
    return { program, said };
  };
  let server = await startServer();
  const { address, setupCode } = server.said;
  const fetch = relay?.fetch(() => server.said.fingerprint ?? '') ?? globalThis.fetch;
  const token = await claim(fetch, address, setupCode);
  const client = createClient({ baseUrl: address, token, fetch });
  const cluster = await client.createCluster({ body: { name: 'Test cluster' } });
  const enrol = async (wish: EnrolWish) => {
    const fingerprint = wish.fingerprint ?? server.said.fingerprint;
    const token = wish.token ?? (await client.createEnrolmentToken({ params: { id: cluster.id } })).token;
    const args = ['enrol', '--server', address, '--name', wish.name, '--token-stdin', '--data', wish.data];
    // Nobody stands at a member to type a code.
    args.push(...(wish.recoveryKey ? ['--recovery-key-stdin'] : ['--join-wait', '0']));
    args.push('--session-host', options.sessionHost, ...(fingerprint ? ['--server-fingerprint', fingerprint] : []));
    // Without a terminal, on which it would show the recovery key to a person.
    const prefix = ['setsid', '--wait', ...(network?.prefix ?? [])];
    return await runProgram('gateway', args, `${token}\n${wish.recoveryKey ?? ''}\n`, { prefix });
  };
  const enrolled = await enrol({ name: 'machine-1', data: gatewayData });
  if (enrolled.code !== 0) throw new Error(`The gateway could not be enrolled: ${enrolled.stderr}`);
  let gateway = runGateway(gatewayData, options);
  await online(client);
  return {
    folder,
    address,
    client,
    token,
    clusterId: cluster.id,
    serverData,
    gatewayData,
    relay,
    recoveryKey: /^ {2}(\S+)$/m.exec(enrolled.stderr)?.[1],
    server: () => server.program,
    gateway: () => gateway,
    fingerprint: () => server.said.fingerprint,
    restartServer: async (args) => {
      server = await startServer(args);
    },
    enrol,
    startGateway: async () => {
      gateway = runGateway(gatewayData, options);
      await online(client);
    },
    lastWords: async () =>
      `${await newestRuns(client)}\nserver:\n${lastLines(server.program)}\ngateway:\n${lastLines(gateway)}`,
    close: async () => {
      await gateway.end();
      await server.program.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function newestRuns(client: ApiClient): Promise<string> {
  const { items } = await client.listRuns({ query: { limit: 5 } });
  return items
    .map(({ id, display, error, because, outputs }) => JSON.stringify({ id, display, error, because, outputs }))
    .join('\n');
}

const lastLines = (program: Program): string => program.log().split('\n').slice(-25).join('\n');

const surroundings = ({ network }: Pick<StackOptions, 'network'>): Surroundings => ({ prefix: network?.prefix ?? [] });

export const runGateway = (
  data: string,
  options: Pick<StackOptions, 'gatewayEnvironment' | 'network'> & Pick<Surroundings, 'release' | 'prefix'>,
): Program =>
  startProgram('gateway', ['run', '--data', data, '--beside-others', '--kit', `${data}-kit`], {
    ...surroundings(options),
    ...(options.prefix === undefined ? {} : { prefix: options.prefix }),
    ...(options.release === undefined ? {} : { release: options.release }),
    env: { ...process.env, ...options.gatewayEnvironment },
  });

export async function claim(fetch: typeof globalThis.fetch, address: string, code: string): Promise<string> {
  const response = await fetch(`${address}/api/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, ...admin }),
  });
  if (!response.ok) throw new Error(`The first admin could not be made: ${await response.text()}`);
  return await tokenOf(fetch, address, response);
}

/** Signs an account in that an admin made, and answers a token of its own. */
export async function signIn(address: string, account: { email: string; password: string }): Promise<string> {
  const response = await fetch(`${address}/api/v1/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(account),
  });
  if (!response.ok) throw new Error(`${account.email} could not sign in: ${await response.text()}`);
  return await tokenOf(fetch, address, response);
}

async function tokenOf(fetch: typeof globalThis.fetch, address: string, signedIn: Response): Promise<string> {
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const made = await fetch(`${address}/api/v1/api-tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify({ name: 'tests' }),
  });
  return ((await made.json()) as { token: string }).token;
}

const online = (client: ApiClient): Promise<true> =>
  waitUntil(
    'the gateway to be online',
    async () =>
      (await client.listGateways()).items.some(({ status, machine }) => status === 'online' && machine !== null) ||
      undefined,
  );

export const whenAllOnline = (client: ApiClient, count: number): Promise<true> =>
  waitUntil('every gateway to be online', async () => {
    const { items } = await client.listGateways().catch(() => ({ items: [] }));
    return items.filter(({ status, machine }) => status === 'online' && machine !== null).length === count || undefined;
  });

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
