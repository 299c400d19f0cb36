import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@deskhand/protocol/http/client.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { ensureSystemUser, isRoot } from '../../packages/control-plane/adapters/operating-system/privileges.ts';
import { prepareEmbedded } from '../../packages/control-plane/adapters/postgres/binaries.ts';
import { type EmbeddedOptions, startEmbedded } from '../../packages/control-plane/adapters/postgres/embedded.ts';
import { cleanLater } from './leftovers.ts';
import { type Program, startProgram } from './programs.ts';
import { enrolStub } from './stub-gateway.ts';

/** The control plane in its own process on a PostgreSQL with fsync, its gateways in another one. */
export async function openBenchServer(size: { readonly gateways: number; readonly accounts: number }) {
  const { client, databaseUrl, address } = await openServer();
  const world = await makeWorld(client, size);
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

/** The control plane alone, claimed by its first admin; `start` starts it again on the same port after it was ended. */
export async function openServer() {
  const options = benchData();
  const postgres = await startEmbedded(options);
  cleanLater(() => postgres.stop());
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

/** As root, PostgreSQL runs as the user that the server becomes: nobody else may enter the folder of its socket. */
function benchData(): EmbeddedOptions {
  const dataFolder = mkdtempSync(join(tmpdir(), 'deskhand-bench-'));
  cleanLater(() => rmSync(dataFolder, { recursive: true, force: true }));
  if (!isRoot()) return { dataFolder, authentication: 'trust' };
  const runAs = ensureSystemUser();
  chownSync(dataFolder, runAs.uid, runAs.gid);
  mkdirSync(join(dataFolder, 'postgres'), { mode: 0o700 });
  prepareEmbedded(dataFolder, runAs.uid, runAs.gid);
  return { dataFolder, runAs, authentication: 'trust' };
}

type Client = ReturnType<typeof createClient>;

async function makeWorld(client: Client, size: { readonly gateways: number; readonly accounts: number }) {
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
  const connections: string[] = [];
  for (const accountName of accounts)
    connections.push(
      (await client.createConnection({ body: { name: accountName, clusterId: cluster.id, accountName } })).id,
    );
  const flow = await client.createFlow({ body: { name: 'Bench', script: 'SET X TO 1' } });
  return { identities, connections, flowId: flow.id };
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
