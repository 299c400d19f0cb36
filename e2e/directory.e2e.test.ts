import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { makeOwnAccounts, type OwnAccounts } from '../packages/gateway/session-desktop/testing/own-accounts.ts';
import { type Directory, startDirectory } from './stack/directory.ts';
import { type OwnMachines, startOwnMachines } from './stack/own-machines.ts';
import { makeConnection } from './stack/people.ts';
import { preflightOf } from './stack/preflights.ts';
import { makeFlow, submit, whenEnded } from './stack/runs.ts';
import { type Stack, startStack } from './stack/stack.ts';

const isRoot = process.getuid?.() === 0;
/** The first time its packages come from a mirror. */
const FETCHED_WITHIN_MS = 15 * 60_000;
const right = 'the right password';
const alice = { user: 'dh-dir-alice', uid: 61_201, password: right };
const bert = { user: 'dh-dir-bert', uid: 61_202, password: right };

const whoFlow = `@OUTPUT Who : { 'Description': '', 'FriendlyName': 'Who', 'Type': 'String' }
System.RunDOSCommand.RunDOSCommand DOSCommandOrApplication: $'''id -un''' StandardOutput=> Who StandardError=> Err ExitCode=> Code
Text.Trim Text: Who TrimOption: Text.TrimOption.Both TrimmedText=> Who`;

describe.runIf(!isRoot)('accounts of a directory', () => {
  test('need root: each machine signs them in', () => undefined);
});

/** OpenLDAP, asked by two of three machines over NSS and PAM; the third was never joined to it. */
describe.runIf(isRoot)('accounts of a directory', () => {
  let directory: Directory;
  let machines: Readonly<Record<string, OwnAccounts>>;
  let gateways: OwnMachines;
  let stack: Stack;
  let flowId: string;

  beforeAll(async () => {
    directory = await startDirectory([alice, bert]);
    const { asked } = directory;
    machines = {
      'machine-1': makeOwnAccounts([], { asked }),
      'machine-2': makeOwnAccounts([], { asked, barred: [bert.user] }),
      'machine-3': makeOwnAccounts([]),
    };
    stack = await startStack({ sessionHost: 'linux' });
    gateways = await startOwnMachines(stack, machines);
    await stack.client.updateCluster({ params: { id: stack.clusterId }, body: { runOnAllGateways: true } });
    flowId = await makeFlow(stack.client, whoFlow);
  }, FETCHED_WITHIN_MS);
  afterAll(async () => {
    await gateways?.end();
    await stack?.close();
    for (const machine of Object.values(machines ?? {})) machine.remove();
    await directory?.remove();
  });

  const connect = (accountName: string, password = right): Promise<string> =>
    makeConnection(stack.client, { clusterId: stack.clusterId, accountName, password, notifications: false });
  const onFailure = (): void => onTestFailed(async () => console.error(await stack.lastWords()));

  test('S49: every member says for itself whether the account can sign in there, and the directory counts no failure', async () => {
    onFailure();
    expect(await preflightOf(stack.client, await connect(alice.user))).toEqual({
      'machine-1': 'ok',
      'machine-2': 'ok',
      'machine-3': 'account-unknown',
    });
    expect(await preflightOf(stack.client, await connect(bert.user))).toEqual({
      'machine-1': 'ok',
      'machine-2': 'not-permitted',
      'machine-3': 'account-unknown',
    });
    expect([alice, bert].map(({ user }) => directory.failuresOf(user))).toEqual([0, 0]);
  });

  test.each([
    ['machine-1', { state: 'succeeded', outputs: { Who: alice.user } }],
    ['machine-2', { state: 'succeeded', outputs: { Who: alice.user } }],
    ['machine-3', { state: 'failed', error: { code: 'account-unknown' } }],
  ])('S49: a run as an account of the directory on %s', async (name, expected) => {
    onFailure();
    for (const { id, name: one } of (await stack.client.listGateways()).items)
      await stack.client.updateGateway({ params: { id }, body: { enabled: one === name } });
    const { id } = await submit(stack.client, { flowId, connectionId: await connect(alice.user) });
    expect(await whenEnded(stack.client, id)).toMatchObject({ ...expected, gateway: { name } });
  });

  test('a wrong password costs the account one try in the whole directory', async () => {
    onFailure();
    for (const { id } of (await stack.client.listGateways()).items)
      await stack.client.updateGateway({ params: { id }, body: { enabled: true } });
    const failures = directory.failuresOf(bert.user);
    const id = await connect(bert.user, 'another password');
    for (let times = 0; times < 3; times += 1)
      expect(await preflightOf(stack.client, id)).toEqual({
        'machine-1': 'password-wrong',
        'machine-2': null,
        'machine-3': null,
      });
    expect(directory.failuresOf(bert.user)).toBe(failures + 1);
  });
});
