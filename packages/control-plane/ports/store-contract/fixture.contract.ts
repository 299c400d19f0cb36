import type { AccountId, ClusterId, ConnectionId, DesktopFlowId, GatewayId } from '@deskhand/domain/brand.ts';
import { audit, type Context } from './context.contract.ts';
import { linkUp } from './gateway-operations.contract.ts';

/**
 * What every history begins with, made through the ports themselves: two people, two clusters, three linked gateways, two
 * flows, and connections that share accounts and clusters.
 */
export async function makeFixture(context: Context): Promise<void> {
  for (const [id, roles] of [
    ['alice', ['admin']],
    ['bob', ['maker']],
  ] as const) {
    const account = { id: id as AccountId, name: id, email: `${id}@corp.example`, passwordHash: null, osAccounts: [] };
    await context.stores.accounts.add({ ...account, roles }, audit('add'));
    context.accounts.push(id);
  }
  for (const id of ['c1', 'c2'] as ClusterId[]) {
    await context.stores.clusters.add({ id, name: id, ownerId: 'alice' as AccountId }, audit('add'));
    context.clusters.push(id);
  }
  await context.stores.clusters.change('c1', { runOnAllGateways: true }, audit('change'));
  for (const [id, clusterId] of [
    ['g1', 'c1'],
    ['g2', 'c1'],
    ['g3', 'c2'],
  ] as const)
    await addGateway(context, id, clusterId);
  await addFlows(context);
  for (const [id, clusterId, user] of [
    ['k1', 'c1', 'user1'],
    ['k2', 'c1', 'user2'],
    ['k3', 'c1', 'user1'],
    ['k4', 'c2', 'user1'],
  ] as const)
    await addConnection(context, id, clusterId, user);
}

async function addGateway(context: Context, id: string, clusterId: string): Promise<void> {
  const tokenHash = Buffer.from(`token of ${id}`);
  const token = { tokenHash, clusterId: clusterId as ClusterId, createdBy: null, lifetimeMs: 60_000 };
  await context.stores.clusters.addEnrolmentToken(token, audit('token'));
  const machine = { gatewayId: id as GatewayId, name: id, publicKey: `key of ${id}`, sessionHost: 'linux' } as const;
  const key = { clusterPublicKey: 'key-1', encryptedClusterKey: 'encrypted' };
  const enrolment = { ...machine, ...key, tokenHash, version: '1', tryConnection: null };
  await context.stores.clusters.enrol(enrolment, audit('enrol'));
  context.gateways.push(id as GatewayId);
  await linkUp(context, id);
}

async function addFlows(context: Context): Promise<void> {
  for (const [id, owner] of [
    ['f1', 'alice'],
    ['f2', 'bob'],
  ] as const) {
    const read = { script: 'WAIT 1', inputs: [], outputs: [], problems: 0 };
    const flow = { id: id as DesktopFlowId, name: `Flow ${id}`, description: '', ownerId: owner as AccountId, read };
    await context.stores.flows.add(flow, audit('add'));
    context.flows.push(id);
  }
  await context.stores.flows.change('f2', { coOwners: ['alice'] }, audit('change'));
}

async function addConnection(context: Context, id: string, clusterId: string, user: string): Promise<void> {
  const connection = {
    ...{ id: id as ConnectionId, name: `To ${user} by ${id}`, clusterId: clusterId as ClusterId },
    ...{ ownerId: 'alice' as AccountId, accountName: user, machineUser: user, notifications: true },
    whenSessionBlocked: id === 'k3' ? 'wait' : 'fail',
  } as const;
  await context.stores.connections.add(connection, audit('add'));
  const password = { sealed: 'sealed', sealedTo: 'key-1', passwordVersion: 1 };
  await context.stores.connections.rotate(id, password, audit('rotate'));
  context.connections.push(id);
}
