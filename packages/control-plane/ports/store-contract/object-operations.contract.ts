import type { Role } from '@deskhand/domain/account/permissions.ts';
import type { AccountId, ClusterId, ConnectionId, DesktopFlowId, GatewayId } from '@deskhand/domain/brand.ts';
import { rehearsals } from '@deskhand/domain/session/machine.ts';
import type { ReadScript } from '../flows.ts';
import { fairnessBy } from './fair-queue-operations.contract.ts';
import { type Act, audit, type Choose, type Context, type Operation, type Operations } from './context.contract.ts';

const names = ['North', 'north', 'South', 'Flow 1', 'flow 2', 'Zürich'];
export const hash = (text: string): Buffer => Buffer.from(text.padEnd(8, '.'));

export const simple = (
  weight: number,
  name: string,
  act: (context: Context, choose: Choose) => Omit<Act, 'says'> & { readonly detail?: string },
): Operation => ({
  weight,
  prepare: (context, choose) => {
    const { detail = '', ...made } = act(context, choose);
    return { says: `${name} ${detail}`, ...made };
  },
});

export const severalCalls = (operation: Operation): Operation => ({ ...operation, alone: true });

export const made = (context: Context, kind: string): string => {
  context.made += 1;
  return `${kind}-${String(context.made)}`;
};

/** Rows of equal names have no order among themselves. */
function inNameOrder(rows: readonly { readonly id: string; readonly name: string }[]): unknown {
  const order = rows.map((row) => row.name.toLowerCase());
  return { order, rows: rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
}

const read = (choose: Choose): ReadScript => ({
  script: choose.of(['WAIT 1', 'SET A TO 1\nSET B TO 2', '# ä']),
  inputs: [],
  outputs: [],
  problems: choose.below(2),
});

/** Clusters, gateways and their enrolment. */
export const clusterOperations: Operations = {
  listClusters: simple(1, 'lists clusters', ({ stores }) => ({
    act: async () => inNameOrder(await stores.clusters.list()),
  })),
  showCluster: simple(1, 'shows cluster', ({ stores, clusters }, choose) => {
    const id = choose.of([...clusters, 'no-cluster']);
    return { detail: id, act: () => stores.clusters.byId(id) };
  }),
  addCluster: simple(0.5, 'adds cluster', (context, choose) => {
    const [id, name] = [made(context, 'cluster'), choose.of(names)];
    const cluster = { id: id as ClusterId, name, ownerId: null };
    return {
      detail: `${id} ${name}`,
      act: () => context.stores.clusters.add(cluster, audit('add')),
      learn: (answer: string) => void (answer === 'added' && context.clusters.push(id)),
    };
  }),
  changeCluster: simple(2, 'changes cluster', ({ stores, clusters }, choose) => {
    const id = choose.of([...clusters, 'no-cluster']);
    const change = {
      ...(choose.chance(0.3) ? { name: choose.of(names) } : {}),
      ...(choose.chance(0.5) ? { runOnAllGateways: choose.chance(0.5) } : {}),
      ...(choose.chance(0.3) ? { selection: choose.of(['random', 'leastBusy'] as const) } : {}),
      ...(choose.chance(0.2) ? { sharedWith: ['bob'] } : {}),
      ...(choose.chance(0.3) ? { negotiation: choose.of(['off', 'ask-once', 'ask-again'] as const) } : {}),
      ...(choose.chance(0.2) ? { liveView: choose.chance(0.5) } : {}),
      ...(choose.chance(0.5) ? { fairness: fairnessBy(choose) } : {}),
    };
    return {
      detail: `${id} ${JSON.stringify(change)}`,
      act: () => stores.clusters.change(id, change, audit('change')),
    };
  }),
  removeCluster: simple(0.5, 'removes cluster', (context, choose) => {
    const id = choose.of([...context.clusters, 'no-cluster']);
    return {
      detail: id,
      act: () => context.stores.clusters.remove(id, audit('remove')),
      learn: (answer: string) =>
        void (answer === 'removed' && context.clusters.splice(context.clusters.indexOf(id), 1)),
    };
  }),
  addEnrolmentToken: simple(1, 'adds an enrolment token', ({ stores, clusters }, choose) => {
    const [clusterId, code] = [choose.of(clusters) as ClusterId, String(choose.below(100))];
    const token = { tokenHash: hash(code), clusterId, createdBy: null, lifetimeMs: 3_600_000 };
    const act = () => stores.clusters.addEnrolmentToken(token, audit('token')).catch(alreadyThere);
    return { detail: `${code} for ${clusterId}`, act };
  }),
  clusterOfToken: simple(0.5, 'reads the cluster of token', ({ stores }, choose) => {
    const code = String(choose.below(100));
    return { detail: code, act: () => stores.clusters.clusterOfToken(hash(code)) };
  }),
  enrol: simple(1, 'enrols', (context, choose) => {
    const [gatewayId, code] = [made(context, 'gateway'), String(choose.below(100))];
    const sessionHost = choose.of(['linux', 'virtual'] as const);
    const tryConnection = choose.chance(0.5) ? null : tryConnectionOf(context, choose);
    const enrolment = {
      ...{ gatewayId: gatewayId as GatewayId, name: choose.of(names), sessionHost, version: '1', tryConnection },
      ...{ tokenHash: hash(code), publicKey: `public-${String(choose.below(6))}` },
      clusterPublicKey: choose.of([null, 'key-1', 'key-2']),
      encryptedClusterKey: 'encrypted',
    };
    return {
      detail: JSON.stringify({ ...enrolment, code }),
      act: () => context.stores.clusters.enrol(enrolment, audit('enrol')),
      learn: (answer: unknown) => void (typeof answer === 'object' && context.gateways.push(gatewayId as GatewayId)),
    };
  }),
  listGateways: simple(2, 'lists gateways', ({ stores, clusters }, choose) => {
    const clusterId = choose.of([null, ...clusters]);
    return { detail: String(clusterId), act: () => stores.clusters.listGateways(clusterId), unordered: true };
  }),
  showGateway: simple(1, 'shows gateway', ({ stores, gateways }, choose) => {
    const id = choose.of([...gateways, 'no-gateway']);
    return { detail: id, act: () => stores.clusters.gatewayById(id) };
  }),
  changeGateway: simple(3, 'changes gateway', ({ stores, gateways }, choose) => {
    const id = choose.of([...gateways, 'no-gateway']);
    const change = {
      ...(choose.chance(0.2) ? { name: choose.of(names) } : {}),
      ...(choose.chance(0.4) ? { enabled: choose.chance(0.6) } : {}),
      ...(choose.chance(0.2) ? { order: choose.below(3) } : {}),
      ...(choose.chance(0.2) ? { policyOverride: choose.of([...rehearsals, null]) } : {}),
      ...(choose.chance(0.2) ? { maintenance: choose.of([null, { note: '' }, { note: 'new disk' }]) } : {}),
      ...(choose.chance(0.2) ? { capacityOverride: choose.of([null, 1, 4]) } : {}),
    };
    const act = () => stores.clusters.changeGateway(id, change, audit('change'));
    return { detail: `${id} ${JSON.stringify(change)}`, act };
  }),
  countUnfinishedRuns: simple(0.5, 'counts unfinished runs of', ({ stores, gateways }, choose) => {
    const id = choose.of(gateways);
    return { detail: id, act: () => stores.clusters.countUnfinishedRuns(id) };
  }),
  removeGateway: simple(0.7, 'removes gateway', ({ stores, gateways }, choose) => {
    const id = choose.of(gateways);
    return { detail: id, act: () => stores.clusters.removeGateway(id, audit('remove')) };
  }),
  declareGone: simple(1, 'declares gone', ({ stores, gateways }, choose) => {
    const id = choose.of(gateways);
    return { detail: id, act: () => stores.clusters.declareGone(id, audit('declare-gone')) };
  }),
};

function tryConnectionOf(context: Context, choose: Choose) {
  const id = made(context, 'try');
  return { id, accountName: 'tryout', machineUser: 'tryout', sealed: choose.of([null, 'sealed']) };
}

/** The same token twice is a mistake of this contract, not of the store. */
function alreadyThere(error: { readonly code?: string }): string {
  if (error.code === '23505') return 'known';
  throw error;
}

/** Connections and flows. */
export const flowOperations: Operations = {
  listConnections: simple(1, 'lists connections', ({ stores }) => ({
    act: async () => inNameOrder(await stores.connections.list()),
  })),
  addConnection: simple(0.7, 'adds connection', (context, choose) => {
    const id = made(context, 'connection');
    const user = choose.of(['user1', 'user2', 'user3']);
    const connection = {
      ...{ id: id as ConnectionId, name: choose.of(names), ownerId: 'alice' as AccountId, notifications: true },
      ...{ clusterId: choose.of(context.clusters) as ClusterId, accountName: user, machineUser: user },
      whenSessionBlocked: choose.of(['fail', 'wait'] as const),
    };
    return {
      detail: JSON.stringify(connection),
      act: () => context.stores.connections.add(connection, audit('add')),
      learn: () => void context.connections.push(id),
    };
  }),
  changeConnection: simple(2, 'changes connection', ({ stores, connections }, choose) => {
    const id = choose.of(connections);
    const change = {
      ...(choose.chance(0.6) ? { whenSessionBlocked: choose.of(['fail', 'wait'] as const) } : {}),
      ...(choose.chance(0.3) ? { name: choose.of(names) } : {}),
      ...(choose.chance(0.2) ? { sharedWith: ['bob'] } : {}),
    };
    const act = () => stores.connections.change(id, change, audit('change'));
    return { detail: `${id} ${JSON.stringify(change)}`, act };
  }),
  rotate: simple(1, 'rotates the password of', ({ stores, connections }, choose) => {
    const [id, passwordVersion] = [choose.of(connections), 1 + choose.below(3)];
    const password = { sealed: `sealed ${String(passwordVersion)}`, sealedTo: 'key-1', passwordVersion };
    return { detail: id, act: () => stores.connections.rotate(id, password, audit('rotate')) };
  }),
  removeConnection: simple(0.5, 'removes connection', ({ stores, connections }, choose) => {
    const id = choose.of([...connections, 'no-connection']);
    return { detail: id, act: () => stores.connections.remove(id, audit('remove')) };
  }),
  showConnection: simple(0.5, 'shows connection', ({ stores, connections }, choose) => {
    const id = choose.of(connections);
    return { detail: id, act: () => stores.connections.byId(id) };
  }),
  listFlows: simple(1, 'lists flows', ({ stores, accounts }, choose) => {
    const [search, visibleTo] = [choose.of([null, 'FLOW', '_']), choose.of([null, ...accounts]) as AccountId | null];
    const act = async () => inNameOrder(await stores.flows.list(search, visibleTo));
    return { detail: `${String(search)} ${String(visibleTo)}`, act };
  }),
  addFlow: simple(0.7, 'adds flow', (context, choose) => {
    const [id, ownerId] = [made(context, 'flow'), choose.of(context.accounts) as AccountId];
    const flow = { id: id as DesktopFlowId, name: choose.of(names), description: '', ownerId, read: read(choose) };
    return {
      detail: JSON.stringify(flow),
      act: () => context.stores.flows.add(flow, audit('add')),
      learn: (answer: string) => void (answer === 'added' && context.flows.push(id)),
    };
  }),
  changeFlow: simple(1, 'changes flow', ({ stores, flows }, choose) => {
    const id = choose.of([...flows, 'no-flow']);
    const change = {
      ...(choose.chance(0.5) ? { name: choose.of(names) } : {}),
      ...(choose.chance(0.3) ? { coOwners: ['bob'] } : {}),
      ...(choose.chance(0.3) ? { users: ['bob'], description: 'Says hello' } : {}),
    };
    return { detail: `${id} ${JSON.stringify(change)}`, act: () => stores.flows.change(id, change, audit('change')) };
  }),
  saveFlow: simple(1, 'saves flow', ({ stores, flows }, choose) => {
    const [id, base, script] = [choose.of([...flows, 'no-flow']), 1 + choose.below(2), read(choose)];
    const act = () => stores.flows.save(id, base, script, 'bob' as AccountId, audit('save'));
    return { detail: `${id} on ${String(base)}`, act };
  }),
  showFlow: severalCalls(
    simple(1, 'shows flow', ({ stores, flows }, choose) => {
      const [id, version] = [choose.of([...flows, 'no-flow']), 1 + choose.below(3)];
      const act = async () => [
        await stores.flows.byId(id),
        await stores.flows.script(id, version),
        await stores.flows.versions(id),
      ];
      return { detail: id, act };
    }),
  ),
  removeFlow: simple(0.4, 'removes flow', ({ stores, flows }, choose) => {
    const id = choose.of([...flows, 'no-flow']);
    return { detail: id, act: () => stores.flows.remove(id, audit('remove')) };
  }),
};

const roles: readonly Role[] = ['admin', 'maker', 'operator', 'viewer'];

/** People, their sign-ins and tokens, the settings and the audit log. */
export const accountOperations: Operations = {
  listAccounts: simple(0.5, 'lists accounts', ({ stores }) => ({
    act: async () => inNameOrder(await stores.accounts.list()),
  })),
  findAccount: severalCalls(
    simple(0.5, 'finds account', ({ stores }, choose) => {
      const email = choose.of(['ALICE@corp.example', 'nobody@corp.example']);
      const act = async () => [
        await stores.accounts.byEmail(email),
        await stores.accounts.unknownOf(['bob', 'no-one']),
      ];
      return { detail: email, act };
    }),
  ),
  addAccount: simple(0.5, 'adds account', (context, choose) => {
    const id = made(context, 'account');
    const email = choose.of(['carol@corp.example', 'Bob@corp.example', `${id}@corp.example`]);
    const who = { name: choose.of(['Carol', 'carol']), email, roles: [choose.of(roles)], osAccounts: [] };
    return {
      detail: `${id} ${email}`,
      act: () => context.stores.accounts.add({ id: id as AccountId, passwordHash: null, ...who }, audit('add')),
      learn: (answer: string) => void (answer === 'added' && context.accounts.push(id)),
    };
  }),
  changeAccount: simple(0.7, 'changes account', ({ stores, accounts }, choose) => {
    const id = choose.of([...accounts, 'no-account']);
    const change = {
      ...(choose.chance(0.4) ? { roles: [choose.of(roles)] } : {}),
      ...(choose.chance(0.3) ? { disabled: choose.chance(0.5) } : {}),
      ...(choose.chance(0.3) ? { osAccounts: ['user1'], name: 'Renamed' } : {}),
    };
    const end = choose.of([undefined, { except: null }, { except: hash('in-1') }]);
    const act = () => stores.accounts.change(id, change, audit('change'), end);
    return { detail: `${id} ${JSON.stringify(change)}`, act };
  }),
  signIn: simple(0.7, 'signs in', ({ stores, accounts }, choose) => {
    const [accountId, code] = [choose.of(accounts) as AccountId, `in-${String(choose.below(4))}`];
    const signIn = { tokenHash: hash(code), accountId, lifetimeMs: 3_600_000, origin: 'test' };
    const act = () => stores.accounts.addSignIn(signIn, audit('sign-in')).catch(alreadyThere);
    return { detail: `${accountId} ${code}`, act };
  }),
  bySignIn: simple(0.5, 'knows who is signed in by', ({ stores }, choose) => {
    const code = `in-${String(choose.below(4))}`;
    return { detail: code, act: () => stores.accounts.bySignIn(hash(code)) };
  }),
  signOut: simple(0.4, 'signs out', ({ stores, accounts }, choose) => {
    const [code, id, all] = [`in-${String(choose.below(4))}`, choose.of([...accounts, 'no-one']), choose.chance(0.3)];
    const { endSignIn, endSignInsOf } = stores.accounts;
    const act = () => (all ? endSignInsOf(id, audit('end')) : endSignIn(hash(code), audit('sign-out')));
    return { detail: all ? id : code, act };
  }),
  addToken: simple(0.4, 'adds an API token', (context, choose) => {
    const [id, accountId] = [made(context, 'token'), choose.of(context.accounts) as AccountId];
    const expiresAt = choose.chance(0.5) ? null : new Date(context.nowMs() + 60_000);
    const token = { id, tokenHash: hash(`t-${String(context.made % 4)}-${id}`), accountId, name: 'CI', expiresAt };
    return { detail: `${id} of ${accountId}`, act: () => context.stores.accounts.addToken(token, audit('token')) };
  }),
  useToken: severalCalls(
    simple(0.5, 'uses an API token', (context, choose) => {
      const number = 1 + choose.below(Math.max(1, context.made));
      const [code, accountId] = [hash(`t-${String(number % 4)}-token-${String(number)}`), choose.of(context.accounts)];
      const { accounts } = context.stores;
      const act = async () => [await accounts.byApiToken(code), await accounts.listTokens(accountId as AccountId)];
      return { detail: String(number), act };
    }),
  ),
  removeToken: simple(0.3, 'removes an API token', (context, choose) => {
    const [id, accountId] = [`token-${String(choose.below(context.made + 1))}`, choose.of(context.accounts)];
    const act = () => context.stores.accounts.removeToken(accountId as AccountId, id, audit('remove'));
    return { detail: `${id} of ${accountId}`, act };
  }),
  changeSettings: simple(1.5, 'changes settings', ({ stores }, choose) => {
    const change = {
      ...(choose.chance(0.7) ? { unattendedAddOns: choose.of([null, 0, 1, 2, 3]) } : {}),
      ...(choose.chance(0.2) ? { runRetentionDays: choose.of([1, 30]) } : {}),
      ...(choose.chance(0.2) ? { decisionRetentionDays: choose.of([0, 7]) } : {}),
      ...(choose.chance(0.2) ? { allowedDomains: ['corp.example'] } : {}),
    };
    return { detail: JSON.stringify(change), act: () => stores.installation.changeSettings(change, audit('settings')) };
  }),
  readSettings: severalCalls(
    simple(0.5, 'reads settings', ({ stores }) => ({
      act: async () => [await stores.installation.settings(), await stores.installation.isClaimed()],
    })),
  ),
  claim: severalCalls(
    simple(0.2, 'claims', ({ stores }, choose) => {
      const who = { name: 'Mallory', email: 'm@corp.example', passwordHash: null, roles: [], osAccounts: [] };
      const code = hash(choose.of(['right', 'wrong']));
      const act = async () => {
        await stores.installation.setSetupCode(hash('right'), 1_000);
        return await stores.installation.claim(code, { id: 'm' as AccountId, ...who }, [], audit('claim'));
      };
      return { act };
    }),
  ),
  readAudit: simple(1, 'reads the audit log', ({ stores }, choose) => {
    const filter = {
      actor: choose.of([null, 'alice@corp.example', 'Deskhand']),
      object: choose.of([null, 'something']),
      before: choose.of([null, 12]),
      limit: choose.of([1, 5, 1_000]),
    };
    return { detail: JSON.stringify(filter), act: () => stores.audit.list(filter) };
  }),
  overview: severalCalls(
    simple(1, 'counts for the home page of', ({ stores, accounts }, choose) => {
      const account = choose.of(accounts) as AccountId;
      const { counts, firstSteps } = stores.overview;
      return {
        detail: account,
        act: async () => [await counts(account), await counts(null), await firstSteps(account)],
      };
    }),
  ),
};
