import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { makeOwnAccounts, type OwnAccounts } from '../packages/gateway/session-desktop/testing/own-accounts.ts';
import { connectionSealContext, seal } from '@deskhand/protocol/seal.ts';
import { makeConnection } from './stack/people.ts';
import { type OwnMachines, startOwnMachines } from './stack/own-machines.ts';
import { preflightOf } from './stack/preflights.ts';
import { runProgram } from './stack/programs.ts';
import { type Stack, startStack } from './stack/stack.ts';

const isRoot = process.getuid?.() === 0;
const [right, other] = ['the right password', 'another password'];
const names = ['machine-1', 'machine-2', 'machine-3'] as const;
type Name = (typeof names)[number];

describe.runIf(!isRoot)('three machines with account databases of their own', () => {
  test('need root: each gateway has its own passwd, shadow and rules', () => undefined);
});

describe.runIf(isRoot)('three machines with account databases of their own', () => {
  const alice = { user: 'dh-pf-alice', uid: 61_101 };
  const bert = { user: 'dh-pf-bert', uid: 61_102 };
  /** The second knows alice by another password and bars bert, the third does not know alice. */
  const makeMachines = (): Readonly<Record<Name, OwnAccounts>> => ({
    'machine-1': makeOwnAccounts([
      { ...alice, password: right },
      { ...bert, password: right },
    ]),
    'machine-2': makeOwnAccounts([
      { ...alice, password: other },
      { ...bert, password: right, isBarred: true },
    ]),
    'machine-3': makeOwnAccounts([{ ...bert, password: right }]),
  });
  let machines: Readonly<Record<Name, OwnAccounts>>;
  let gateways: OwnMachines;
  let stack: Stack;

  beforeAll(async () => {
    machines = makeMachines();
    stack = await startStack({ sessionHost: 'linux' });
    gateways = await startOwnMachines(stack, machines);
  }, 180_000);
  afterAll(async () => {
    await gateways?.end();
    await stack?.close();
    for (const machine of Object.values(machines ?? {})) machine.remove();
  }, 60_000);

  const connect = (accountName: string): Promise<string> =>
    makeConnection(stack.client, { clusterId: stack.clusterId, accountName, password: right });
  const check = (id: string) => preflightOf(stack.client, id);
  const failuresOf = (user: string) => names.map((name) => machines[name].failuresOf(user));
  const onFailure = (): void => onTestFailed(async () => console.error(await stack.lastWords()));

  test('S48, S49: a differing password, a missing account and a barred account are found, and nobody is locked out', async () => {
    onFailure();
    for (const name of names) machines[name].fail(alice.user, 0);
    const id = await connect(alice.user);
    expect(await check(id)).toEqual({
      'machine-1': 'ok',
      'machine-2': 'password-wrong',
      'machine-3': 'account-unknown',
    });
    expect(await check(await connect(bert.user))).toEqual({
      'machine-1': 'ok',
      'machine-2': 'not-permitted',
      'machine-3': 'ok',
    });
    expect([failuresOf(alice.user), failuresOf(bert.user)]).toEqual([
      [0, 1, 0],
      [0, 0, 0],
    ]);
  });

  test('however often it is asked for, a wrong password is not tried again, by a gateway that was restarted neither', async () => {
    onFailure();
    const [connection] = (await stack.client.listConnections()).items.filter((one) => one.accountName === alice.user);
    const id = connection?.id ?? '';
    for (let times = 0; times < 3; times += 1) await check(id);
    await gateways.restart('machine-2');
    expect(await check(id)).toMatchObject({ 'machine-1': 'ok', 'machine-2': 'password-wrong' });
    expect(failuresOf(alice.user)).toEqual([0, 1, 0]);
  });

  test('once the machines are put right and the password is entered again, every member says yes', async () => {
    onFailure();
    const [connection] = (await stack.client.listConnections()).items.filter((one) => one.accountName === alice.user);
    if (connection === undefined) throw new Error('The connection of the first test is gone.');
    for (const name of names)
      machines[name].write([
        { ...alice, password: right },
        { ...bert, password: right },
      ]);
    const { id, clusterId, accountName } = connection;
    const { publicKey } = await stack.client.getCluster({ params: { id: clusterId } });
    const passwordVersion = connection.passwordVersion + 1;
    const context = connectionSealContext({ clusterId, connectionId: id, accountName, passwordVersion });
    const sealed = await seal(publicKey ?? '', right, context);
    const body = { sealed, clusterPublicKey: publicKey ?? '', passwordVersion };
    await stack.client.rotateConnection({ params: { id }, body });
    const found = await check(id);
    expect(found).toEqual({ 'machine-1': 'ok', 'machine-2': 'ok', 'machine-3': 'ok' });
    expect(failuresOf(alice.user)).toEqual([0, 0, 0]);
  });

  test('the command line prints a line for each member, and ends badly when one says no', async () => {
    onFailure();
    machines['machine-3'].write([{ ...bert, password: right }]);
    const env = { ...process.env, DESKHAND_SERVER: stack.address, DESKHAND_TOKEN: stack.token };
    const printed = await runProgram('cli', ['connections', 'preflight', alice.user, '--wait'], '', { env });
    expect(printed.code).toBe(1);
    const lines = printed.stdout.split('\n').filter((line) => line.includes('machine-'));
    expect(lines.map((line) => line.replace(/ {2,}/g, ' ').slice(2))).toEqual([
      `machine-1 ${alice.user} may sign in, and the password is right.`,
      `machine-2 ${alice.user} may sign in, and the password is right.`,
      `machine-3 machine-3 knows no account ${alice.user}.`,
    ]);
    expect(printed.stdout).toContain('try (admin of the machine): Make the account there');
    expect(printed.stdout).not.toContain(right);
  });
});
