import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@deskhand/protocol/http/client.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { startEmbedded } from '../../packages/control-plane/adapters/postgres/embedded.ts';
import { benchData } from './bench-data.ts';
import { cleanLater } from './leftovers.ts';
import { type Program, startProgram } from './programs.ts';
import { enrolStub } from './stub-gateway.ts';

export interface WorldSize {
  readonly gateways: number;
  /** Accounts named `bench0`, `bench1` and so on, each with a connection. */
  readonly accounts: number;
  /** What every connection says of a session in the way; `fail` when it is not given. */
  readonly whenSessionBlocked?: 'fail' | 'wait';
}

/** The control plane in its own process on a PostgreSQL with fsync, its gateways in another one. */
export async function openBenchServer(size: WorldSize) {
  const { databaseUrl, address, client, world } = await startBenchServer(size);
  const gateways = startProgram(fileURLToPath(new URL('../peers/stub-gateways.ts', import.meta.url)));
  gateways.send({ server: address, identities: world.identities });
  await gateways.next((line) => line.linked === size.gateways);
  return {
    databaseUrl,
    gateways,
    /** Submits a run of the account with this number. */
    submit: (account: number, idempotencyKey: string): Promise<Run> =>
      client.submitRun({
        body: { flowId: world.flowId, connectionId: world.connections[account] as string, mode: 'unattended' },
        idempotencyKey,
      }),
  };
}

/** The same with the gateways enrolled but not linked yet. */
export async function startBenchServer(size: WorldSize) {
  const { databaseUrl, address, client, server } = await openServer();
  return { databaseUrl, address, client, pid: server.process.pid as number, world: await makeWorld(client, size) };
}

/** The control plane alone, claimed by its first admin; `start` starts it again on the same port after it was ended. */
export async function openServer() {
  const options = benchData();
  const starting = startEmbedded(options);
  // Handed in before it stands, because an end from outside may come while it starts.
  cleanLater(() => starting.then((postgres) => postgres.stop()).catch(() => undefined));
  const postgres = await starting;
  const databaseUrl = `postgres://${postgres.connection.user}@/${postgres.connection.database}?host=${encodeURIComponent(postgres.connection.host)}`;
  const port = await freePort();
  const data = join(options.dataFolder, 'server');
  const main = fileURLToPath(new URL('../../packages/control-plane/main.ts', import.meta.url));
  const start = (): Program =>
    startProgram(main, ['serve', '--controlled', '--port', String(port), '--data', data], {
      ...process.env,
      DATABASE_URL: databaseUrl,
    });
  const server = start();
  const { address, setupCode } = await listening(server);
  const client = createClient({ baseUrl: address, token: await claim(address, setupCode) });
  return { client, databaseUrl, address, server, start, postmasterPid: postgres.postmasterPid };
}

export const listening = (server: Program): Promise<{ address: string; setupCode: string }> =>
  server.next((line) => line.event === 'listening');

type Client = ReturnType<typeof createClient>;

async function makeWorld(client: Client, size: WorldSize) {
  const cluster = await client.createCluster({ body: { name: 'Bench' } });
  await client.updateCluster({ params: { id: cluster.id }, body: { runOnAllGateways: true } });
  const identities: { gatewayId: string; privateKey: string }[] = [];
  for (let i = 0; i < size.gateways; i++) {
    const { gatewayId, privateKey } = await enrolStub(client, cluster.id, `stub-${i}`);
    identities.push({ gatewayId, privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64') });
  }
  const me = await client.whoAmI();
  const accounts = Array.from({ length: size.accounts }, (_, i) => `bench${i}`);
  await client.updateAccount({ params: { id: me.id }, body: { osAccounts: accounts } });
  const { whenSessionBlocked = 'fail' } = size;
  const connections: string[] = [];
  for (const accountName of accounts) {
    const body = { name: accountName, clusterId: cluster.id, accountName, whenSessionBlocked };
    connections.push((await client.createConnection({ body })).id);
  }
  const flow = await client.createFlow({ body: { name: 'Bench', script: 'SET X TO 1' } });
  return { clusterId: cluster.id, accountId: me.id, identities, connections, flowId: flow.id };
}

async function claim(address: string, code: string): Promise<string> {
  const json = { 'content-type': 'application/json' };
  const admin = { code, name: 'Bench', email: 'bench@corp.example', password: 'a sentence for the benchmark' };
  const claimed = await fetch(`${address}/api/v1/setup`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify(admin),
  });
  const cookie = claimed.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const made = await fetch(`${address}/api/v1/api-tokens`, {
    method: 'POST',
    headers: { ...json, cookie },
    body: JSON.stringify({ name: 'bench' }),
  });
  return ((await made.json()) as { token: string }).token;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
