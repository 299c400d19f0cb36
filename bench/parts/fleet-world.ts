import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { FleetOrder } from '../peers/fleet-gateways.ts';
import { openServer } from './bench-server.ts';
import { cleanLater } from './leftovers.ts';
import { type Program, startProgram } from './programs.ts';

/** As many gateways as share a run queue. */
export const GATEWAYS_PER_CLUSTER = 100;
const ACCOUNT = 'bench';
const SUBMITS_AT_ONCE = 16;
/** A busy machine may take so long to link thousands, or to bring them back. */
export const FLEET_WAIT_MS = 600_000;

type Identity = Extract<FleetOrder, { order: 'link' }>['identities'][number];

/** Gateways of one cluster, and the connection that runs on them. */
export interface FleetCluster {
  readonly identities: readonly Identity[];
  readonly connectionId: string;
}

export type FleetServer = Awaited<ReturnType<typeof openFleetServer>>;

/** A server for thousands of stubs. Their rows are written at once; their links are as real as any. */
export async function openFleetServer() {
  const { client, databaseUrl, ...server } = await openServer();
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  cleanLater(() => database.end());
  const me = await client.whoAmI();
  await client.updateAccount({ params: { id: me.id }, body: { osAccounts: [ACCOUNT] } });
  const flow = await client.createFlow({ body: { name: 'Bench', script: 'SET X TO 1' } });
  const addCluster = async (size: number): Promise<FleetCluster> => {
    const cluster = await client.createCluster({ body: { name: `Fleet ${randomUUID()}` } });
    await client.updateCluster({ params: { id: cluster.id }, body: { runOnAllGateways: true } });
    const identities = await addGateways(database, cluster.id, size);
    const connection = { name: `bench on ${cluster.name}`, clusterId: cluster.id, accountName: ACCOUNT };
    return { identities, connectionId: (await client.createConnection({ body: connection })).id };
  };
  const submit = async (cluster: FleetCluster, key: string = randomUUID()): Promise<string> => {
    const body = { flowId: flow.id, connectionId: cluster.connectionId, mode: 'unattended' } as const;
    return (await client.submitRun({ body, idempotencyKey: key })).id;
  };
  return { ...server, client, database, addCluster, submit };
}

async function addGateways(database: pg.Client, clusterId: string, size: number): Promise<Identity[]> {
  const made = Array.from({ length: size }, () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    return {
      gatewayId: randomUUID(),
      publicKey: publicKey.export({ format: 'jwk' }).x as string,
      privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    };
  });
  await database.query(
    `insert into gateway (id, cluster_id, name, public_key, session_host, version, member_order)
      select g.id, $1, 'stub ' || g.nr, g.public_key, 'virtual', 'stub', g.nr - 1
      from unnest($2::text[], $3::text[]) with ordinality as g(id, public_key, nr)`,
    [clusterId, made.map((one) => one.gatewayId), made.map((one) => one.publicKey)],
  );
  return made.map(({ gatewayId, privateKey }) => ({ gatewayId, privateKey }));
}

export async function addClusters(server: FleetServer, gateways: number): Promise<FleetCluster[]> {
  const clusters: FleetCluster[] = [];
  for (let left = gateways; left > 0; left -= GATEWAYS_PER_CLUSTER)
    clusters.push(await server.addCluster(Math.min(left, GATEWAYS_PER_CLUSTER)));
  return clusters;
}

/** A process with the gateways of these clusters; resolves when all of them are linked. */
export async function openFleet(
  server: FleetServer,
  clusters: readonly FleetCluster[],
  options: { readonly sessionLimit: number; readonly keepsRuns: boolean },
): Promise<Program> {
  const program = startProgram(fileURLToPath(new URL('../peers/fleet-gateways.ts', import.meta.url)));
  const identities = clusters.flatMap((cluster) => cluster.identities);
  give(program, { order: 'link', server: server.address, identities, ...options });
  await program.next((line) => line.linked === identities.length, FLEET_WAIT_MS);
  return program;
}

export const give = (program: Program, order: FleetOrder): void => program.send(order);

/** Gives every gateway so many runs and resolves when all of them are running. */
export async function startRuns(
  server: FleetServer,
  program: Program,
  clusters: readonly FleetCluster[],
  runsEach: number,
): Promise<void> {
  const wanted = clusters.flatMap((cluster) => cluster.identities.flatMap(() => Array(runsEach).fill(cluster)));
  const count = wanted.length;
  await Promise.all(
    Array.from({ length: SUBMITS_AT_ONCE }, async () => {
      for (let cluster = wanted.pop(); cluster !== undefined; cluster = wanted.pop())
        await server.submit(cluster as FleetCluster);
    }),
  );
  for (let started = 0; started < count; started += 1) await program.next((line) => line.acquired !== undefined);
}
