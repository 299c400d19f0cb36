import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '@deskhand/control-plane/adapters/postgres/embedded.ts';
import { testDataFolder } from '@deskhand/control-plane/testing/test-database.ts';
import { type ApiClient, createClient } from '@deskhand/protocol/http/client.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { makeConnection, makePerson } from './people.ts';
import { type Program, runProgram, startProgram } from './programs.ts';
import { endRuns } from './runs.ts';
import { claim, freePort, newestRuns, runGateway, whenAllOnline } from './stack.ts';

const CAPACITY = 100;
const isRoot = process.getuid?.() === 0;

/** One of several servers on one database. */
export interface Server {
  readonly client: ApiClient;
  readonly program: () => Program;
  /** On the port that it had, of another release where one is given. */
  start(release?: string): Promise<void>;
}

/** Servers on one PostgreSQL behind a load balancer, and a gateway that knows the balancer only, in each cluster. */
export interface SeveralServers {
  readonly folder: string;
  readonly address: string;
  readonly client: ApiClient;
  readonly token: string;
  readonly servers: readonly Server[];
  readonly gateways: readonly { readonly name: string; readonly program: () => Program }[];
  /** Each to an account of its own. */
  readonly connections: readonly string[];
  /** The newest runs and log lines of every program, for a test that failed. */
  lastWords(): Promise<string>;
  close(): Promise<void>;
}

export interface SeveralServersOptions {
  readonly gateways: number;
  readonly accountsPerGateway: number;
  /** Release of each server, and of every gateway; default: this one. */
  readonly serverReleases?: readonly (string | undefined)[];
  readonly gatewayRelease?: string;
}

export async function startSeveralServers(options: SeveralServersOptions): Promise<SeveralServers> {
  const folder = mkdtempSync(join(tmpdir(), 'dh-servers-'));
  chmodSync(folder, 0o711);
  const database = await startPostgres();
  const releases = options.serverReleases ?? [undefined, undefined];
  const ports = await Promise.all(releases.map(freePort));
  const balancer = await startBalancer(ports);
  const ends: (() => Promise<void> | void)[] = [database.stop, balancer.close];
  const close = async (): Promise<void> => {
    for (const end of ends.toReversed()) await end();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { ...(await fill({ options, folder, url: database.url, ports, balancer, ends })), close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Parts {
  readonly options: SeveralServersOptions;
  readonly folder: string;
  readonly url: string;
  readonly ports: readonly number[];
  readonly balancer: Balancer;
  readonly ends: (() => Promise<void> | void)[];
}

async function fill({ options, folder, url, ports, balancer, ends }: Parts): Promise<Omit<SeveralServers, 'close'>> {
  const programs: Program[] = [];
  const startOn = async (index: number, release?: string): Promise<{ setupCode: string }> => {
    const args = ['--data', join(folder, `server-${index}`), '--port', String(ports[index]), '--controlled'];
    const env = { ...process.env, DATABASE_URL: url };
    const program = startProgram('control-plane', ['serve', ...args], { env, ...(release ? { release } : {}) });
    programs[index] = program;
    return await program.line<{ setupCode: string }>((line) => line.event === 'listening', 'that it listens');
  };
  ends.push(async () => {
    await Promise.all(programs.map((program) => program.end()));
  });
  const [first, ...others] = options.serverReleases ?? [undefined, undefined];
  const { setupCode } = await startOn(0, first);
  const token = await claim(fetch, balancer.address, setupCode);
  for (const [index, release] of others.entries()) await startOn(index + 1, release);
  const client = createClient({ baseUrl: balancer.address, token });
  const servers = ports.map(
    (port, index): Server => ({
      client: createClient({ baseUrl: `http://127.0.0.1:${port}`, token }),
      program: () => programs[index] as Program,
      start: async (release) => void (await startOn(index, release)),
    }),
  );
  const made: Awaited<ReturnType<typeof addGateway>>[] = [];
  for (let index = 0; index < options.gateways; index += 1)
    made.push(await addGateway({ index, options, folder, client, address: balancer.address, ends }));
  const lastLines = (program: Program): string => program.log().split('\n').slice(-15).join('\n');
  const lastWords = async (): Promise<string> =>
    [await newestRuns(client), ...[...programs, ...made.map(({ program }) => program)].map(lastLines)].join('\n---\n');
  await whenAllOnline(client, options.gateways).catch(async (error: unknown) => {
    throw new Error(await lastWords(), { cause: error });
  });
  const connections = [];
  for (const { clusterId, gatewayId } of made)
    connections.push(...(await addAccounts(client, { clusterId, gatewayId, count: options.accountsPerGateway, ends })));
  ends.push(() => endRuns(client));
  const gateways = made.map(({ name, program }) => ({ name, program: () => program }));
  return { folder, address: balancer.address, client, token, servers, gateways, connections, lastWords };
}

async function addGateway(
  parts: Pick<Parts, 'options' | 'folder' | 'ends'> & { index: number; client: ApiClient; address: string },
) {
  const { index, client, options, address, folder, ends } = parts;
  const release = options.gatewayRelease === undefined ? {} : { release: options.gatewayRelease };
  const name = `machine-${index + 1}`;
  const { id: clusterId } = await client.createCluster({ body: { name: `Cluster ${index + 1}` } });
  const { token } = await client.createEnrolmentToken({ params: { id: clusterId } });
  const data = join(folder, name);
  const args = ['enrol', '--server', address, '--name', name, '--token-stdin', '--data', data];
  args.push('--session-host', isRoot ? 'linux' : 'virtual');
  const enrolled = await runProgram('gateway', args, `${token}\n`, { prefix: ['setsid', '--wait'], ...release });
  if (enrolled.code !== 0) throw new Error(`${name} could not be enrolled: ${enrolled.stderr}`);
  const program = runGateway(data, release);
  ends.push(() => program.end());
  const { items } = await client.listGateways();
  const gatewayId = items.find((gateway) => gateway.name === name)?.id ?? '';
  return { name, clusterId, gatewayId, program };
}

/** As root accounts of their own, else the one that runs the tests. */
async function addAccounts(
  client: ApiClient,
  wish: { clusterId: string; gatewayId: string; count: number; ends: Parts['ends'] },
): Promise<readonly string[]> {
  const { clusterId, gatewayId, count, ends } = wish;
  const shared = { clusterId, whenSessionBlocked: 'wait', notifications: false } as const;
  if (!isRoot) {
    const { machine } = await client.getGateway({ params: { id: gatewayId } });
    const accountName = machine?.sessions[0]?.user ?? process.env.USER ?? '';
    return [await makeConnection(client, { ...shared, accountName, password: undefined })];
  }
  // Sessions of other people and other tests on this machine are none of this test's business.
  await client.updateGateway({ params: { id: gatewayId }, body: { capacityOverride: CAPACITY } });
  const connections = [];
  for (let made = 0; made < count; made += 1) {
    const person = makePerson('several');
    ends.splice(ends.length - 1, 0, person.remove);
    connections.push(await makeConnection(client, { ...shared, accountName: person.user, password: person.password }));
  }
  return connections;
}

/** A test that failed may leave runs behind, and their sessions would outlive the gateways. */

/** As any PostgreSQL that somebody runs: whoever is on this machine may enter. */
async function startPostgres(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const options = testDataFolder();
  const postgres = await startEmbedded({
    ...options,
    settings: { unix_socket_permissions: '0777', max_connections: '100' },
  });
  for (const folder of [options.dataFolder, join(options.dataFolder, 'postgres'), postgres.connection.host])
    chmodSync(folder, 0o711);
  const { host, user, database } = postgres.connection;
  return {
    url: `postgres://${user}@/${database}?host=${encodeURIComponent(host)}`,
    stop: async () => {
      await postgres.stop();
      rmSync(options.dataFolder, { recursive: true, force: true });
    },
  };
}
