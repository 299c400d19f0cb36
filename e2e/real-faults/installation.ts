import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiClient, createClient } from '@deskhand/protocol/http/client.ts';
import { type Program, runProgram, startProgram } from '../stack/programs.ts';
import { freePort } from '../stack/stack.ts';
import { waitUntil } from '../stack/wait-until.ts';
import { type Clock, openClock } from './clocks.ts';
import { type Postgres, startPostgres } from './postgres.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';
import { openWay, type Way } from './way.ts';

const SERVERS = 2;
const GATEWAYS = 3;
const HEALTH_INTERVAL_MS = 500;
const HEALTH_TIMEOUT_MS = 1_000;
const DISK_MEGABYTES = { gateway: 32, server: 32, database: 1_000 };
const admin = { name: 'Ada Admin', email: 'ada@corp.example', password: 'a sentence nobody guesses' };

/** One program of the installation, with all that can be done to it. */
export interface Part {
  readonly name: string;
  /** The way that it calls out by: a server's to PostgreSQL, a gateway's to the servers. */
  readonly way: Way;
  readonly clock: Clock | undefined;
  readonly disk: SmallDisk | undefined;
  program(): Program;
  start(): Promise<void>;
}

export interface Installation {
  readonly folder: string;
  readonly postgres: Postgres;
  readonly postgresDisk: SmallDisk | undefined;
  readonly servers: readonly Part[];
  readonly gateways: readonly Part[];
  readonly client: ApiClient;
  /** Where gateways have the machine's accounts to sign in, each has a cluster of its own: they share the machine, so
   * what one signs in would stand in the way of the others. Virtual ones share a cluster. */
  readonly clusterIds: readonly string[];
  readonly close: () => Promise<void>;
}

export type CleanLater = (cleaning: () => Promise<void> | void) => void;

export interface InstallationWish {
  /** `linux`, as root, signs accounts in with their passwords. */
  readonly sessionHost: 'linux' | 'virtual';
}

/** PostgreSQL, servers behind a balancer, and gateways: real programs in one folder. */
export async function installIn(
  folder: string,
  { sessionHost }: InstallationWish,
  cleanLater: CleanLater,
): Promise<Installation> {
  const databaseFolder = makeFolder(folder, 'pg');
  const postgresDisk = mountSmallDisk(databaseFolder, DISK_MEGABYTES.database, cleanLater);
  const postgres = await startPostgres(databaseFolder);
  cleanLater(() => postgres.kill());
  const servers: Part[] = [];
  for (let number = 1; number <= SERVERS; number++)
    servers.push(await serverPart(folder, `server-${number}`, postgres, cleanLater));
  const [first] = servers;
  await first?.start();
  const { setupCode, address: own } = await announced(first as Part);
  // Before another server starts, which would print a set-up link of its own.
  const token = await claim(own, setupCode);
  for (const server of servers.slice(1)) {
    await server.start();
    await announced(server);
  }
  const ports = servers.map(({ name }) => serverPorts.get(name) as number);
  const balance = openBalancer(ports, cleanLater);
  const front = await openWay(balance);
  cleanLater(front.close);
  const address = `http://127.0.0.1:${front.port}`;
  const client = createClient({ baseUrl: address, token });
  const clusterIds = await makeClusters(client, sessionHost === 'linux' ? GATEWAYS : 1);
  const gateways: Part[] = [];
  for (let number = 1; number <= GATEWAYS; number++) {
    const id = clusterIds[(number - 1) % clusterIds.length] as string;
    const { token: enrolment } = await client.createEnrolmentToken({ params: { id } });
    const gateway = await gatewayPart(folder, `gateway-${number}`, { balance, enrolment, sessionHost }, cleanLater);
    await gateway.start();
    await gateway.program().line((line) => line.ready === true, 'that it is linked');
    gateways.push(gateway);
  }
  await waitUntil(
    'every gateway to be online',
    async () => (await client.listClusters()).items.reduce((sum, { online }) => sum + online, 0) === GATEWAYS,
    60_000,
  );
  const close = async (): Promise<void> => {
    await Promise.all(gateways.map(async ({ program }) => await program().end()));
    await Promise.all(servers.map(async ({ program }) => await program().end()));
    await postgres.stop();
  };
  return { folder, postgres, postgresDisk, servers, gateways, client, clusterIds, close };
}

const serverPorts = new Map<string, number>();

async function serverPart(folder: string, name: string, postgres: Postgres, cleanLater: CleanLater): Promise<Part> {
  const data = makeFolder(folder, name);
  const disk = mountSmallDisk(data, DISK_MEGABYTES.server, cleanLater);
  const clock = openClock(folder, name);
  const way = await openWay(() => ({ path: postgres.socket }));
  const port = await freePort();
  serverPorts.set(name, port);
  const env = {
    ...process.env,
    ...clock?.environment,
    DATABASE_URL: `postgres://deskhand@127.0.0.1:${way.port}/deskhand`,
  };
  const args = ['serve', '--data', data, '--port', String(port), '--controlled'];
  return partOf({ name, way, clock, disk }, () => startProgram('control-plane', args, { env }), cleanLater);
}

interface GatewayWish {
  readonly balance: () => { readonly port: number } | undefined;
  readonly enrolment: string;
  readonly sessionHost: 'linux' | 'virtual';
}

async function makeClusters(client: ApiClient, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let number = 1; number <= count; number++) {
    const { id } = await client.createCluster({ body: { name: `Cluster ${number}` } });
    await client.updateCluster({ params: { id }, body: { runOnAllGateways: true, selection: 'leastBusy' } });
    ids.push(id);
  }
  return ids;
}

async function gatewayPart(
  folder: string,
  name: string,
  { balance, enrolment, sessionHost }: GatewayWish,
  cleanLater: CleanLater,
): Promise<Part> {
  const data = makeFolder(folder, name);
  const disk = mountSmallDisk(data, DISK_MEGABYTES.gateway, cleanLater);
  chmodSync(data, 0o700);
  const clock = openClock(folder, name);
  const way = await openWay(balance);
  // Each has a runtime folder of its own, as three machines have.
  const runtime = makeFolder(folder, `r${name.slice(-1)}`);
  chmodSync(runtime, 0o700);
  const env = { ...process.env, ...clock?.environment, XDG_RUNTIME_DIR: runtime };
  const server = `http://127.0.0.1:${way.port}`;
  const wish = ['--name', name, '--server', server, '--data', data, '--session-host', sessionHost, '--token-stdin'];
  // Without a terminal, on which it would show the recovery key to a person.
  const prefix = ['setsid', '--wait'];
  const enrolled = await runProgram('gateway', ['enrol', ...wish], `${enrolment}\n`, { env, prefix });
  if (enrolled.code !== 0) throw new Error(`${name} could not be enrolled: ${enrolled.stderr}`);
  const args = ['run', '--data', data, '--beside-others', '--kit', join(folder, 'kit')];
  return partOf({ name, way, clock, disk }, () => startProgram('gateway', args, { env }), cleanLater);
}

function partOf(
  fixed: Pick<Part, 'name' | 'way' | 'clock' | 'disk'>,
  spawn: () => Program,
  cleanLater: CleanLater,
): Part {
  let program: Program | undefined;
  cleanLater(fixed.way.close);
  cleanLater(async () => {
    program?.child.kill('SIGCONT');
    await program?.kill();
  });
  return {
    ...fixed,
    program: () => program as Program,
    start: async () => {
      const isGone = program === undefined || program.child.exitCode !== null || program.child.signalCode !== null;
      if (isGone) program = spawn();
      await Promise.resolve();
    },
  };
}

const announced = (server: Part): Promise<{ readonly setupCode: string; readonly address: string }> =>
  server.program().line((line) => line.event === 'listening', 'that it listens');

function makeFolder(parent: string, name: string): string {
  const folder = join(parent, name);
  mkdirSync(folder, { mode: 0o711 });
  return folder;
}

/** New connections go to servers in turn, and only to those that answer. */
function openBalancer(ports: readonly number[], cleanLater: CleanLater): () => { readonly port: number } | undefined {
  const healthy = new Set(ports);
  let turn = 0;
  const look = async (port: number): Promise<void> => {
    const isWell = await answers(port);
    if (isWell) healthy.add(port);
    else healthy.delete(port);
  };
  const timer = setInterval(() => void Promise.all(ports.map(look)), HEALTH_INTERVAL_MS);
  cleanLater(() => clearInterval(timer));
  return () => {
    const choices = ports.filter((port) => healthy.has(port));
    turn += 1;
    const port = choices[turn % Math.max(1, choices.length)];
    return port === undefined ? undefined : { port };
  };
}

async function answers(port: number): Promise<boolean> {
  const signal = AbortSignal.timeout(HEALTH_TIMEOUT_MS);
  return await fetch(`http://127.0.0.1:${port}/readyz`, { signal }).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function claim(address: string, code: string): Promise<string> {
  const post = async (path: string, body: object, cookie = ''): Promise<Response> =>
    await fetch(`${address}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(cookie ? { cookie } : {}) },
      body: JSON.stringify(body),
    });
  const made = await post('/setup', { code, ...admin });
  if (!made.ok) throw new Error(`The first admin could not be made: ${await made.text()}`);
  const cookie = made.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return ((await (await post('/api-tokens', { name: 'faults' }, cookie)).json()) as { token: string }).token;
}
