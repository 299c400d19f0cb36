import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import type { Route } from '@deskhand/protocol/http/route.ts';
import { type OperationId, routes } from '@deskhand/protocol/http/routes.ts';
import { enrolProofText } from '@deskhand/protocol/link/messages.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpWorld, type HttpWorld, type Person } from '../../testing/http-world.ts';
import { newSetupCode } from '../../use-cases/accounts/setup.ts';

/** Stands in every field that holds a secret; nothing of it may be kept in the open. */
const CANARY = 'canary-9f1c7e';
const password = `${CANARY} a password`;

let world: HttpWorld;
let admin: Person;

beforeAll(async () => {
  world = await createHttpWorld();
});
afterAll(async () => {
  await world.end();
});

const CLUSTER_KEY = 'A'.repeat(43);

function enrolment(token: string, name: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const x = String(publicKey.export({ format: 'jwk' }).x);
  const proof = sign(
    null,
    Buffer.from(enrolProofText({ token, name, publicKey: x })),
    createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  );
  return { token, name, publicKey: x, proof: proof.toString('base64url'), sessionHost: 'linux', version: '1' };
}

type Reply = Readonly<Record<string, unknown>>;
type Step = readonly [
  id: OperationId,
  make: (ids: Record<string, string>) => { readonly params?: Record<string, string>; readonly body?: unknown },
  keep?: (reply: Reply, ids: Record<string, string>) => void,
];

/** Of several runs that were made. */
const firstMade = (reply: Reply, ids: Record<string, string>): void => {
  ids.run = (reply.resubmitted as { run: string }[])[0]?.run ?? '';
};
const idAs =
  (name: string) =>
  (reply: Reply, ids: Record<string, string>): void => {
    ids[name] = String(reply.id);
  };

/** One success of every route that changes something, in an order in which each finds what it needs. */
const steps: readonly Step[] = [
  [
    'createAccount',
    () => ({ body: { name: 'Bob', email: 'bob@corp.example', password, roles: ['maker'] } }),
    idAs('bob'),
  ],
  ['signIn', () => ({ body: { email: 'bob@corp.example', password } })],
  ['updateAccount', ({ bob }) => ({ params: { id: String(bob) }, body: { osAccounts: ['bob'], disabled: false } })],
  ['updateAccount', ({ bob }) => ({ params: { id: String(bob) }, body: { disabled: true } })],
  ['resetPassword', ({ bob }) => ({ params: { id: String(bob) }, body: { password: `${password} 2` } })],
  ['revokeSignIns', ({ bob }) => ({ params: { id: String(bob) } })],
  ['changeMyPassword', () => ({ body: { current: password, next: `${password} 3` } })],
  [
    'createToken',
    () => ({ body: { name: 'mine' } }),
    (reply, ids) => {
      ids.token = (reply.apiToken as { id: string }).id;
    },
  ],
  ['revokeToken', ({ token }) => ({ params: { id: String(token) } })],
  ['createCluster', () => ({ body: { name: 'Cluster' } }), idAs('cluster')],
  ['updateCluster', ({ cluster }) => ({ params: { id: String(cluster) }, body: { selection: 'leastBusy' } })],
  [
    'createEnrolmentToken',
    ({ cluster }) => ({ params: { id: String(cluster) } }),
    (reply, ids) => {
      ids.enrolment = String(reply.token);
    },
  ],
  [
    'enrolGateway',
    ({ enrolment: token }) => ({
      body: {
        ...enrolment(String(token), 'gate'),
        clusterPublicKey: CLUSTER_KEY,
        encryptedClusterKey: CANARY,
        tryConnection: { accountName: 'alice', sealed: CANARY },
      },
    }),
    (reply, ids) => {
      ids.gateway = String(reply.gatewayId);
    },
  ],
  ['updateGateway', ({ gateway }) => ({ params: { id: String(gateway) }, body: { enabled: false } })],
  ['setGatewayAside', ({ gateway }) => ({ params: { id: String(gateway) } })],
  ['tryGatewayNow', ({ gateway }) => ({ params: { id: String(gateway) } })],
  ['putGatewayBack', ({ gateway }) => ({ params: { id: String(gateway) } })],
  ['declareGone', ({ gateway }) => ({ params: { id: String(gateway) } })],
  [
    'createConnection',
    ({ cluster }) => ({ body: { name: 'C', clusterId: cluster, accountName: 'alice' } }),
    idAs('connection'),
  ],
  ['updateConnection', ({ connection }) => ({ params: { id: String(connection) }, body: { name: 'D' } })],
  [
    'rotateConnection',
    ({ connection }) => ({
      params: { id: String(connection) },
      body: { sealed: CANARY, clusterPublicKey: CLUSTER_KEY, passwordVersion: 1 },
    }),
  ],
  ['shareConnection', ({ connection, bob }) => ({ params: { id: String(connection) }, body: { accounts: [bob] } })],
  ['beginPreflight', ({ connection }) => ({ params: { id: String(connection) } })],
  ['createFlow', () => ({ body: { name: 'F', script: `# ${CANARY}\nWAIT 1` } }), idAs('flow')],
  ['updateFlow', ({ flow }) => ({ params: { id: String(flow) }, body: { description: 'New' } })],
  [
    'saveScript',
    ({ flow }) => ({ params: { id: String(flow) }, body: { script: `# ${CANARY}\nWAIT 2`, baseVersion: 1 } }),
  ],
  ['shareFlow', ({ flow, bob }) => ({ params: { id: String(flow) }, body: { coOwners: [], users: [bob] } })],
  [
    'submitRun',
    ({ flow, connection }) => ({ body: { flowId: flow, connectionId: connection, mode: 'unattended' } }),
    idAs('run'),
  ],
  ['setPriority', ({ run }) => ({ params: { id: String(run) }, body: { priority: 'high' } })],
  ['moveToTop', ({ cluster, run }) => ({ params: { id: String(cluster) }, body: { runs: [run] } })],
  ['undoMove', ({ run }) => ({ params: { id: String(run) } })],
  ['moveToTop', ({ cluster, run }) => ({ params: { id: String(cluster) }, body: { runs: [run] } })],
  ['undoMoves', ({ cluster, run }) => ({ params: { id: String(cluster) }, body: { runs: [run] } })],
  ['cancelRun', ({ run }) => ({ params: { id: String(run) } })],
  ['resubmitRun', ({ run }) => ({ params: { id: String(run) }, body: {} }), idAs('run')],
  ['cancelRuns', ({ run }) => ({ body: { runs: [run] } })],
  ['resubmitRuns', ({ run }) => ({ body: { runs: [run] } }), firstMade],
  ['cancelRuns', ({ run }) => ({ body: { runs: [run] } })],
  ['deleteConnection', ({ connection }) => ({ params: { id: String(connection) } })],
  ['deleteFlow', ({ flow }) => ({ params: { id: String(flow) } })],
  ['removeGateway', ({ gateway }) => ({ params: { id: String(gateway) } })],
  ['createCluster', () => ({ body: { name: 'Empty' } }), idAs('empty')],
  ['deleteCluster', ({ empty }) => ({ params: { id: String(empty) } })],
  ['updateSettings', () => ({ body: { runRetentionDays: 30 } })],
  ['signOut', () => ({})],
];

/** They change nothing, although they are no GET; the example makes a flow and a run, each told by its own row. */
const changesNothing: readonly OperationId[] = [
  'dryRun',
  'planCapacity',
  'checkScript',
  'formatScript',
  'describeEnrolment',
  'followJoinRequest',
  'challengeMember',
  'listJoinRequests',
  'readJoinOpening',
];
/**
 * Their rows are counted where two machines join, where a cluster recovers and where a gateway is linked: joining.pg.test.ts,
 * recovery.pg.test.ts, doctor.pg.test.ts.
 */
const provedElsewhere: readonly OperationId[] = [
  'acceptRecoveryRisk',
  'askToJoin',
  'revealJoinKey',
  'answerJoinRequest',
  'settleJoinRequest',
  'askDoctor',
  'restartGateway',
];

test('the first admin is told by one row', async () => {
  const code = await newSetupCode(world.stores);
  const body = { code, name: 'Admin', email: 'admin@corp.example', password };
  const answer = await world.ask('POST', '/setup', { body });
  expect(answer.statusCode).toBe(201);
  expect(await world.auditRows()).toMatchObject([{ verb: 'set-up', actor: 'admin@corp.example' }]);
  const cookie = answer.cookies[0]?.value as string;
  admin = { id: answer.json<Person>().id, email: body.email, token: '', cookie };
  await world.ask('PATCH', `/accounts/${admin.id}`, {
    headers: { cookie: `deskhand=${cookie}` },
    body: { osAccounts: ['alice'] },
  });
});

test('every route that changes something leaves exactly one row, and a refused one leaves none', async () => {
  const ids: Record<string, string> = {};
  for (const [id, make, keep] of steps) {
    const route = routes[id] as Route;
    const { params = {}, body } = make(ids);
    const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name]));
    const headers = {
      cookie: `deskhand=${admin.cookie}`,
      ...(route.idempotent === true ? { 'idempotency-key': `audit-${id}` } : {}),
    };
    const before = (await world.auditRows()).length;

    const strange = await world.ask(route.method, path, {
      headers: { ...headers, origin: 'https://evil.example' },
      body,
    });
    expect([id, strange.statusCode]).toEqual([id, 403]);
    expect([id, (await world.auditRows()).length - before]).toEqual([id, 0]);

    const answer = await world.ask(route.method, path, { headers, body });
    expect([id, answer.statusCode, answer.payload]).toEqual([id, route.status, answer.payload]);
    const rows = (await world.auditRows()).slice(before);
    expect([id, rows.length, rows]).toEqual([id, 1, rows]);
    if (route.status !== 204) keep?.(answer.json<Reply>(), ids);

    // What does not exist leaves nothing behind.
    if (!route.path.includes('{id}')) continue;
    await world.ask(route.method, route.path.replace('{id}', 'none'), { headers, body });
    expect([id, (await world.auditRows()).length]).toEqual([id, before + 1]);
  }
  const proved = new Set([
    ...steps.map(([id]) => id),
    ...changesNothing,
    ...provedElsewhere,
    'claimSetup',
    'runHelloDesktop',
  ]);
  const changing = (Object.entries(routes) as [OperationId, Route][]).filter(([, { method }]) => method !== 'GET');
  expect(changing.map(([id]) => id).filter((id) => !proved.has(id))).toEqual([]);
});

test('no secret stands in the audit log, in the server log or in any table in the open', async () => {
  expect(JSON.stringify(await world.auditRows())).not.toContain(CANARY);
  expect(world.logged.join('')).not.toContain(CANARY);
  const tables = [
    'account',
    'sign_in',
    'api_token',
    'enrolment_token',
    'installation',
    'run',
    'run_event',
    'audit_log',
  ];
  for (const table of tables) {
    const { rows } = await world.database.pool.query<{ text: string }>(`select t::text as text from ${table} t`);
    expect([table, rows.some(({ text }) => text.includes(CANARY) || /dh[ste]_|setup_[\w-]{20}/.test(text))]).toEqual([
      table,
      false,
    ]);
  }
});

test('a refusal says nothing of what was sent', async () => {
  for (const [path, body] of [
    ['/sign-in', { email: 'admin@corp.example', password: CANARY }],
    ['/sign-in', { email: CANARY, password: CANARY }],
    ['/setup', { code: CANARY, name: 'x', email: 'a@b.example', password: CANARY }],
    ['/gateways/enrolment', { token: CANARY }],
    ['/sign-in', { email: 5, password: [CANARY] }],
  ] as const)
    expect((await world.ask('POST', path, { body })).payload).not.toContain(CANARY);
});

test('a change of nothing leaves no row', async () => {
  const person = await world.person('second', ['admin']);
  const before = (await world.auditRows()).length;
  await world.ask('PATCH', '/settings', { as: person, body: {} });
  await world.ask('PATCH', `/accounts/${person.id}`, { as: person, body: {} });
  expect(await world.auditRows()).toHaveLength(before);
});

test('a person is told by name and e-mail and found by a part of either, a gateway by what it calls itself', async () => {
  const person = await world.person('carol', ['admin']);
  await world.ask('PATCH', '/settings', { as: person, body: { runRetentionDays: 31 } });
  const list = async (query: string) =>
    (await world.ask('GET', `/audit-log?${query}`, { as: person })).json<{ items: Record<string, unknown>[] }>().items;
  for (const part of ['carol@corp', 'CAROL'])
    expect(await list(`actor=${part}`)).toMatchObject([{ actor: 'carol@corp.example', actorName: 'carol' }]);
  expect(await list('actor=gateway%20gate')).toMatchObject([{ actor: 'gateway gate', actorName: null, verb: 'enrol' }]);
});

test('a reader of the audit log pages through every row once', async () => {
  const person = await world.person('third', ['admin']);
  const seen: number[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const answer = await world.ask('GET', `/audit-log?limit=7${cursor && `&cursor=${cursor}`}`, { as: person });
    const page = answer.json<{ items: { number: number }[]; nextCursor: string | null }>();
    expect(page.items.length).toBeGreaterThan(0);
    seen.push(...page.items.map(({ number }) => number));
    cursor = page.nextCursor;
  }
  expect(seen).toHaveLength((await world.auditRows()).length);
  expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a));
});
