import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeNetwork, type Network } from './stack/network.ts';
import { makeConnection, makePerson, type Person } from './stack/people.ts';
import { runProgram } from './stack/programs.ts';
import { makeFlow, submit, whenEnded } from './stack/runs.ts';
import { type Stack, startStack } from './stack/stack.ts';
import { waitUntil } from './stack/wait-until.ts';

const isRoot = process.getuid?.() === 0;
const answeringFlow = `@OUTPUT Answer : { 'Description': '', 'FriendlyName': 'Answer', 'Type': 'String' }
SET Answer TO $'''Done'''`;

/** DESIGN §8: off loopback the server speaks TLS only, and gateways know its certificate by the fingerprint. */
describe.runIf(isRoot)('a server on a second address of this machine', () => {
  let network: Network;
  let stack: Stack;
  let person: Person;
  beforeAll(async () => {
    network = makeNetwork();
    stack = await startStack({ sessionHost: 'linux', network });
    person = makePerson('tls');
  }, 180_000);
  afterAll(async () => {
    await stack?.close();
    network?.remove();
    person?.remove();
  }, 60_000);

  const newData = (name: string): string => join(stack.folder, name);
  const runs = async (): Promise<string> => {
    const known = (await stack.client.listConnections()).items[0]?.id;
    const { clusterId } = stack;
    const account = { clusterId, accountName: person.user, password: person.password, notifications: false };
    const connectionId = known ?? (await makeConnection(stack.client, account));
    const flowId = await makeFlow(stack.client, answeringFlow);
    return (await whenEnded(stack.client, (await submit(stack.client, { flowId, connectionId })).id)).state;
  };

  test('speaks TLS with its own certificate and prints the fingerprint', async () => {
    expect(stack.address).toMatch(/^https:\/\/198\.51\.100\.1:\d+$/);
    expect(stack.fingerprint()).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(await stack.client.whoAmI()).toMatchObject({ email: 'ada@corp.example' });
  });

  test('gives plain HTTP no API', async () => {
    expect(await stack.relay?.plainAnswer('/api/v1/about')).toSatisfy(
      (answer) => typeof answer === 'string' || answer >= 400,
    );
  });

  test('runs a flow on a gateway that enrolled and linked over TLS', async () => {
    expect(await runs()).toBe('succeeded');
  });

  test('a wrong fingerprint at enrolment is refused, and the token stays unused', async () => {
    const { token } = await stack.client.createEnrolmentToken({ params: { id: stack.clusterId } });
    const wrong = (stack.fingerprint() ?? '').replace(/^../, (byte) => (byte === '00' ? '01' : '00'));
    const refused = await stack.enrol({ name: 'machine-2', data: newData('second'), token, fingerprint: wrong });
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('certificate-mismatch') });
    // A member needs the recovery key too, and is asked for it only after the token was accepted.
    const accepted = await stack.enrol({ name: 'machine-2', data: newData('second'), token });
    expect(accepted.stderr).toContain('recovery key');
  });

  test('without a fingerprint a certificate that nobody vouches for is refused, and the fingerprint asked for', async () => {
    const { token } = await stack.client.createEnrolmentToken({ params: { id: stack.clusterId } });
    const args = ['enrol', '--server', stack.address, '--name', 'x', '--token-stdin', '--data', newData('third')];
    const refused = await runProgram('gateway', args, `${token}\n`, { prefix: network.prefix });
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('--server-fingerprint') });
  });

  test('nothing is sent in the clear to an address that is not this machine alone', async () => {
    const plain = stack.address.replace('https:', 'http:');
    const args = ['enrol', '--server', plain, '--name', 'x', '--token-stdin', '--data', newData('third')];
    expect(await runProgram('gateway', args, 'token\n', { prefix: network.prefix })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('https://'),
    });
  });

  test('the command line takes the pinned certificate, and no other', async () => {
    const ask = async (fingerprint: string | null) =>
      await runProgram(
        'cli',
        ['whoami', '--json', '--server', stack.address, ...(fingerprint ? ['--server-fingerprint', fingerprint] : [])],
        '',
        { prefix: network.prefix, env: { ...process.env, DESKHAND_TOKEN: stack.token } },
      );
    expect(JSON.parse((await ask(stack.fingerprint())).stdout)).toMatchObject({ email: 'ada@corp.example' });
    const wrong = await ask('00'.repeat(32));
    expect(wrong).toMatchObject({ code: 4, stdout: expect.stringContaining('certificate-mismatch') });
    expect(await ask(null)).toMatchObject({ code: 4, stdout: expect.stringContaining('certificate-unknown') });
  });

  describe('after its certificate changed', () => {
    const kept = (): readonly [string, string] => [newData('given-cert.pem'), newData('given-key.pem')];
    beforeAll(async () => {
      await stack.server().end();
      const own = ['tls-cert.pem', 'tls-key.pem'].map((name) => join(stack.serverData, name));
      own.forEach((path, index) => {
        copyFileSync(path, kept()[index] as string);
        rmSync(path);
      });
    });

    test('no gateway links to it: it says certificate-mismatch and tries again slowly', async () => {
      const before = stack.fingerprint();
      await stack.restartServer();
      expect(stack.fingerprint()).not.toBe(before);
      const line = await waitUntil('the gateway to tell the mismatch', () =>
        stack
          .gateway()
          .log()
          .split('\n')
          .find((row) => row.includes('certificate-mismatch')),
      );
      expect(JSON.parse(line)).toMatchObject({ code: 'certificate-mismatch', retryInMs: 60_000 });
      expect((await stack.client.listGateways()).items).toMatchObject([{ status: 'offline' }]);
    });

    test('with the former certificate given to it, everything goes on', async () => {
      await stack.server().end();
      const [cert, key] = kept();
      await stack.restartServer(['--tls-cert', cert, '--tls-key', key]);
      await stack.gateway().end();
      await stack.startGateway();
      expect(await runs()).toBe('succeeded');
    });
  });

  test('without TLS it does not start on any address but loopback', async () => {
    await stack.server().end();
    await stack.restartServer(['--host', '0.0.0.0']);
    expect(stack.address).toMatch(/^https:/);
    expect(stack.fingerprint()).not.toBeNull();
    expect(await stack.relay?.plainAnswer('/api/v1/about')).toSatisfy(
      (answer) => typeof answer === 'string' || answer >= 400,
    );
    const args = ['serve', '--data', newData('other'), '--host', '0.0.0.0', '--tls-cert', '/nowhere.pem'];
    const halfGiven = await runProgram('control-plane', args, '', { prefix: network.prefix });
    expect(halfGiven).toMatchObject({ code: 2, stderr: expect.stringContaining('--tls-key') });
  });
});
