import type { Account } from '@deskhand/protocol/http/accounts.ts';
import type { Connection } from '@deskhand/protocol/http/connections.ts';
import type { Handlers } from './handler-types.ts';
import { sendLive } from './live-stream.ts';
import { found, Refusal } from './refusal.ts';
import { checkOf } from './machine-check.ts';
import { connection, newCluster, newGateway, withHealth } from './seed-machines.ts';
import type { World } from './world.ts';

type MachineOperations =
  | 'listClusters'
  | 'createCluster'
  | 'getCluster'
  | 'updateCluster'
  | 'deleteCluster'
  | 'createEnrolmentToken'
  | 'listGateways'
  | 'getGateway'
  | 'updateGateway'
  | 'removeGateway'
  | 'declareGone'
  | 'askDoctor'
  | 'getDoctor'
  | 'restartGateway'
  | 'listConnections'
  | 'createConnection'
  | 'getConnection'
  | 'updateConnection'
  | 'rotateConnection'
  | 'shareConnection'
  | 'deleteConnection';

const now = (): string => new Date().toISOString();
const HOUR_MS = 3_600_000;
/** How long the simulated machine takes until somebody has pasted the line. */
const ARRIVAL_MS = 6_000;
/** How long the simulated gateway looks at its machine. */
const CHECK_MS = 1_500;

function replace<T extends { readonly id: string }>(list: T[], changed: T): T {
  const index = list.findIndex((item) => item.id === changed.id);
  if (index >= 0) list[index] = changed;
  return changed;
}

const tellOfConnection = (id: string): void => sendLive({ type: 'changed', data: { what: 'connection', id } });

export function machineHandlers(world: World): Handlers<MachineOperations> {
  const byId = <T extends { readonly id: string }>(list: readonly T[], id: string, what: string): T =>
    found(
      list.find((item) => item.id === id),
      what,
    );
  const connectionOf = (id: string) => byId(world.connections, id, 'connection');
  const changeConnection = (id: string, fields: Partial<Connection>): Connection => {
    const changed = replace(world.connections, { ...connectionOf(id), ...fields });
    tellOfConnection(id);
    return changed;
  };
  const gatewayOf = (id: string) => byId(world.gateways, id, 'gateway');
  const clusterOf = (id: string) => byId(world.clusters, id, 'gateway cluster');
  return {
    listClusters: () => ({ items: world.clusters }),
    createCluster: ({ body }) => {
      const made = newCluster(`clu-${world.nextNumber++}`, body.name);
      world.clusters = [...world.clusters, made];
      return made;
    },
    getCluster: ({ params }) => clusterOf(params.id),
    updateCluster: ({ params, body }) => {
      const changed = replace(world.clusters, { ...clusterOf(params.id), ...body });
      sendLive(
        { type: 'changed', data: { what: 'gateway-cluster', id: changed.id } },
        { type: 'run-queue', data: { clusterId: changed.id, version: Date.now() } },
      );
      return changed;
    },
    deleteCluster: ({ params }) => {
      throw new Refusal('cluster-not-empty', { name: clusterOf(params.id).name });
    },
    createEnrolmentToken: ({ params }) => {
      const cluster = clusterOf(params.id);
      setTimeout(() => {
        const arrived = newGateway(`gw-${world.nextNumber++}`, 'new-machine', cluster);
        world.gateways = [...world.gateways, arrived];
        sendLive({ type: 'gateway', data: arrived });
      }, ARRIVAL_MS);
      const token = 'simulated-token';
      return {
        token,
        expiresAt: new Date(Date.now() + HOUR_MS).toISOString(),
        command: `deskhand gateway enrol --server ${location.origin} --token-stdin`,
      };
    },
    listGateways: ({ query }) => ({
      items: world.gateways.filter((gateway) => !query.cluster || gateway.clusterId === query.cluster),
    }),
    getGateway: ({ params }) => gatewayOf(params.id),
    updateGateway: ({ params, body }) => {
      const { maintenance, ...columns } = body;
      const before = gatewayOf(params.id);
      const since = before.maintenance?.since ?? now();
      const changed = replace(
        world.gateways,
        withHealth({
          ...before,
          ...columns,
          ...(maintenance === undefined ? {} : { maintenance: maintenance && { ...maintenance, since } }),
        }),
      );
      sendLive({ type: 'gateway', data: changed });
      return changed;
    },
    removeGateway: ({ params, query }) => {
      const gateway = gatewayOf(params.id);
      const unfinished = world.runs.filter((run) => run.gateway?.id === gateway.id && run.endedAt === null).length;
      if (unfinished > 0 && query.confirm !== 'yes')
        throw new Refusal('gateway-has-unfinished-runs', { name: gateway.name, count: unfinished, runs: unfinished });
      world.gateways = world.gateways.filter((item) => item !== gateway);
      return {};
    },
    declareGone: () => ({ uncertain: 1 }),
    askDoctor: ({ params }) => {
      const gateway = gatewayOf(params.id);
      if (gateway.status === 'online') world.checkedAt.set(gateway.id, Date.now() + CHECK_MS);
      return checkOf(world, gateway);
    },
    getDoctor: ({ params }) => checkOf(world, gatewayOf(params.id)),
    restartGateway: ({ params }) => {
      const gateway = gatewayOf(params.id);
      if (gateway.status === 'offline') throw new Refusal('gateway-offline', { name: gateway.name });
      return { gatewayId: gateway.id };
    },
    listConnections: () => ({ items: world.connections }),
    createConnection: ({ body }) => {
      if (body.accountName === 'refused')
        throw new Refusal('AccountMismatch', {
          detail: `${body.accountName} is not one of your operating-system accounts`,
        });
      const cluster = clusterOf(body.clusterId);
      const made = connection(`con-${world.nextNumber++}`, body.name, body.accountName, {
        clusterId: cluster.id,
        clusterName: cluster.name,
        hasPassword: false,
        passwordVersion: 0,
        rotatedAt: null,
        whenSessionBlocked: body.whenSessionBlocked ?? 'fail',
        notifications: body.notifications ?? true,
      });
      world.connections = [...world.connections, made];
      tellOfConnection(made.id);
      return made;
    },
    getConnection: ({ params }) => connectionOf(params.id),
    updateConnection: ({ params, body }) => changeConnection(params.id, body),
    rotateConnection: ({ params, body }) =>
      changeConnection(params.id, { hasPassword: true, passwordVersion: body.passwordVersion, rotatedAt: now() }),
    shareConnection: ({ params, body }) => changeConnection(params.id, { sharedWith: body.accounts }),
    deleteConnection: ({ params }) => {
      const gone = connectionOf(params.id);
      world.connections = world.connections.filter((item) => item !== gone);
      tellOfConnection(gone.id);
      return {};
    },
  };
}

type PeopleOperations =
  | 'getSetup'
  | 'claimSetup'
  | 'signIn'
  | 'signOut'
  | 'whoAmI'
  | 'changeMyPassword'
  | 'listMyTokens'
  | 'createToken'
  | 'revokeToken'
  | 'listAccounts'
  | 'createAccount'
  | 'updateAccount'
  | 'resetPassword'
  | 'revokeSignIns';

const tellOfAccount = (id: string): void => sendLive({ type: 'changed', data: { what: 'account', id } });

/** The password `wrong` is refused, and so is the set-up code `used`. */
export function peopleHandlers(world: World): Handlers<PeopleOperations> {
  const accountOf = (id: string): Account =>
    found(
      world.accounts.find((item) => item.id === id),
      'account',
    );
  return {
    getSetup: () => ({ claimed: world.claimed }),
    claimSetup: ({ body }) => {
      if (body.code === 'used') throw new Refusal('setup-code-wrong');
      world.claimed = true;
      world.signedIn = true;
      world.me = { ...world.me, name: body.name, email: body.email };
      world.accounts = [world.me];
      return world.me;
    },
    signIn: ({ body }) => {
      if (body.password === 'wrong') throw new Refusal('sign-in-refused');
      world.signedIn = true;
      return world.me;
    },
    signOut: () => {
      world.signedIn = false;
      return {};
    },
    whoAmI: () => world.me,
    changeMyPassword: ({ body }) => {
      if (body.current === 'wrong') throw new Refusal('sign-in-refused');
      return {};
    },
    listMyTokens: () => ({ items: world.tokens }),
    createToken: ({ body }) => {
      const apiToken = {
        id: `tok-${world.nextNumber++}`,
        name: body.name,
        createdAt: now(),
        expiresAt: body.expiresAt ?? null,
        lastUsedAt: null,
      };
      world.tokens = [...world.tokens, apiToken];
      return { token: 'simulated-token-shown-once', apiToken };
    },
    revokeToken: ({ params }) => {
      world.tokens = world.tokens.filter((token) => token.id !== params.id);
      return {};
    },
    listAccounts: () => ({ items: world.accounts }),
    createAccount: ({ body }) => {
      if (world.accounts.some((account) => account.email === body.email)) throw new Refusal('email-taken');
      const made: Account = {
        ...world.me,
        id: `acc-${world.nextNumber++}`,
        name: body.name,
        email: body.email,
        roles: body.roles,
        osAccounts: body.osAccounts ?? [],
        lastSignInAt: null,
      };
      world.accounts = [...world.accounts, made];
      tellOfAccount(made.id);
      return made;
    },
    updateAccount: ({ params, body }) => {
      const account = accountOf(params.id);
      const losesAdmin = account.roles.includes('admin') && body.roles !== undefined && !body.roles.includes('admin');
      if (losesAdmin) throw new Refusal('last-admin');
      tellOfAccount(account.id);
      return replace(world.accounts, { ...account, ...body });
    },
    resetPassword: () => ({}),
    revokeSignIns: () => ({}),
  };
}
