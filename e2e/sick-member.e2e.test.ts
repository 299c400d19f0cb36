import { join } from 'node:path';
import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { makeOwnAccounts, type OwnAccounts } from '../packages/gateway/session-desktop/testing/own-accounts.ts';
import { makeConnection, makePerson, type Person } from './stack/people.ts';
import { type Program, runProgram } from './stack/programs.ts';
import { makeFlow, submit, whenEnded } from './stack/runs.ts';
import { runGateway, type Stack, startStack } from './stack/stack.ts';
import { processes } from './stack/victims.ts';
import { waitUntil } from './stack/wait-until.ts';

const isRoot = process.getuid?.() === 0;
const flow = `Scripting.RunDOSCommand.RunDOSCommand DOSCommandOrApplication: $'''id -u''' StandardOutput=> Uid StandardError=> Err ExitCode=> Code`;
/** A sweep begins a canary and another one counts it, three times over. */
const CANARIES_MAX_MS = 150_000;

describe.runIf(!isRoot)('a machine that opens no sessions any more', () => {
  test('needs root: accounts are really signed in', () => undefined);
});

describe.runIf(isRoot)('a machine that opens no sessions any more', () => {
  let stack: Stack;
  let person: Person;
  let sickMachine: OwnAccounts;
  let sick: Program;
  let flowId = '';
  let connectionId = '';

  const member = async (name: string): Promise<Gateway> => {
    const found = (await stack.client.listGateways()).items.find((one) => one.name === name);
    if (found === undefined) throw new Error(`There is no ${name}.`);
    return found;
  };
  const others = async (): Promise<Gateway> => {
    const found = (await stack.client.listGateways()).items.find((one) => one.name !== 'sick-machine');
    if (found === undefined) throw new Error('There is no other machine.');
    return found;
  };
  const enable = async (gateway: Gateway, enabled: boolean): Promise<void> =>
    void (await stack.client.updateGateway({ params: { id: gateway.id }, body: { enabled } }));
  const run = async () => {
    const { id } = await submit(stack.client, { flowId, connectionId });
    return await whenEnded(stack.client, id);
  };
  const command = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, DESKHAND_SERVER: stack.address, DESKHAND_TOKEN: stack.token };
    const { code, stdout, stderr } = await runProgram('cli', args, '', { env });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    return stdout;
  };
  const events = async (): Promise<readonly string[]> => {
    const { id } = await member('sick-machine');
    const { items } = await stack.client.getGatewayHistory({ params: { id } });
    return items.map(({ event }) => event).toReversed();
  };
  const onFailure = (): void => onTestFailed(async () => console.error(await stack.lastWords()));

  beforeAll(async () => {
    person = makePerson('sick');
    // A copy of /etc, made after the account: both machines know it, and each has its own rules.
    sickMachine = makeOwnAccounts([]);
    stack = await startStack({ sessionHost: 'linux' });
    const data = join(stack.folder, 'sick-machine');
    const enrolled = await stack.enrol({ name: 'sick-machine', data, recoveryKey: stack.recoveryKey });
    expect(enrolled).toMatchObject({ code: 0 });
    sick = runGateway(data, { prefix: sickMachine.prefix });
    await waitUntil('both machines to be online', async () => {
      const { items } = await stack.client.listGateways();
      return (items.length === 2 && items.every(({ health }) => health.word === 'Online')) || undefined;
    });
    await stack.client.updateCluster({ params: { id: stack.clusterId }, body: { runOnAllGateways: true } });
    flowId = await makeFlow(stack.client, flow);
    connectionId = await makeConnection(stack.client, {
      ...{ clusterId: stack.clusterId, accountName: person.user, password: person.password },
      whenSessionBlocked: 'wait',
    });
  }, 180_000);
  afterAll(async () => {
    await sick?.end();
    await stack?.close();
    sickMachine?.remove();
    person?.remove();
  }, 60_000);

  test('is set aside after four runs that failed there and on no other machine, and gets no more of them', async () => {
    onFailure();
    const [one, other] = [await member('sick-machine'), await others()];
    await enable(one, false);
    for (let times = 0; times < 6; times += 1) expect((await run()).state).toBe('succeeded');
    sickMachine.refuseSessions(true);
    await enable(one, true);
    await enable(other, false);
    for (let times = 0; times < 4; times += 1)
      expect(await run()).toMatchObject({ state: 'failed', error: { code: 'cannot-create-session' } });
    // While it is the last one that takes runs, it goes on and its state is told.
    await waitUntil('its state to be told', async () => (await events()).includes('kept-although-sick') || undefined);
    expect((await member('sick-machine')).health.word).toBe('Online');
    await enable(other, true);
    await waitUntil(
      'it to be set aside',
      async () => (await member('sick-machine')).health.word === 'Set aside' || undefined,
    );
    for (let times = 0; times < 3; times += 1)
      expect(await run()).toMatchObject({ state: 'succeeded', gateway: { id: other.id } });
    await enable(other, false);
    const { id } = await submit(stack.client, { flowId, connectionId });
    const answers = (await stack.client.explainRun({ params: { id } })).members;
    const said = answers.find(({ gatewayId }) => gatewayId === one.id)?.because;
    expect(said).toMatchObject({ code: 'gateway-set-aside' });
    expect(said?.remedy).toMatch(/^The next canary sign-in is at \d\d:\d\d UTC; 3 that succeed put it back/);
    await enable(other, true);
    expect(await whenEnded(stack.client, id)).toMatchObject({ state: 'succeeded', gateway: { id: other.id } });
  }, 180_000);

  test('is tried with a real sign-in, which fails while it is broken; mended, three succeed and put it back', async () => {
    onFailure();
    expect(await command('gateways', 'canary', 'sick-machine')).toContain('sick-machine is tried now');
    await waitUntil('the canary to fail', async () => (await events()).includes('canary-failed') || undefined, 60_000);
    expect((await member('sick-machine')).setAside?.canariesPassed).toBe(0);
    sickMachine.refuseSessions(false);
    await command('gateways', 'canary', 'sick-machine');
    await waitUntil(
      'it to be put back',
      async () => (await member('sick-machine')).health.word === 'Online' || undefined,
      CANARIES_MAX_MS,
    );
    expect(await events()).toEqual([
      ...['kept-although-sick', 'set-aside', 'canary-began', 'canary-failed'],
      ...['canary-began', 'canary-succeeded', 'canary-began', 'canary-succeeded', 'canary-began', 'canary-succeeded'],
      'put-back',
    ]);
    await enable(await others(), false);
    expect((await run()).state).toBe('succeeded');
    await enable(await others(), true);
  }, 300_000);

  test('has a history that the command line prints, with figures and times, and its canaries left nothing behind', async () => {
    onFailure();
    const printed = await command('gateways', 'history', 'sick-machine');
    expect(printed).toMatch(/set-aside +Deskhand +4 of 4 of its last unattended runs failed/);
    expect(printed).toMatch(
      /canary-failed +Deskhand +It failed with cannot-create-session; the next one follows in 10 minutes/,
    );
    expect(printed).toMatch(/put-back +Deskhand +3 canary sign-ins in a row succeeded/);
    await waitUntil(
      'every process of the account to be gone',
      () => processes().every(({ uid }) => uid !== person.uid) || undefined,
    );
    const [canary] = (await stack.client.listRuns({ query: { search: 'Canary sign-in' } })).items;
    expect(canary).toMatchObject({ state: 'succeeded', connection: { id: connectionId } });
    await expect(stack.client.resubmitRun({ params: { id: canary?.id ?? '' }, body: {} })).rejects.toMatchObject({
      problem: { status: 404 },
    });
  });

  test('is set aside and put back by hand as well', async () => {
    onFailure();
    expect(await command('gateways', 'set-aside', 'sick-machine')).toContain('sick-machine is set aside');
    expect((await member('sick-machine')).health.word).toBe('Set aside');
    expect(await command('gateways', 'put-back', 'sick-machine')).toBe('sick-machine takes runs again.\n');
    expect((await member('sick-machine')).health.word).toBe('Online');
  });
});
