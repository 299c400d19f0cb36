import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import type { AskToJoin } from '@deskhand/protocol/http/joining.ts';
import { joinCommitment, joinRandom } from '@deskhand/protocol/join-code.ts';
import { makeSealingKey } from '@deskhand/protocol/seal.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeConnection, makePerson, type Person } from './stack/people.ts';
import { type Program, runProgram, startProgram } from './stack/programs.ts';
import { makeFlow, submit, whenEnded } from './stack/runs.ts';
import { runGateway, type Stack, startStack } from './stack/stack.ts';
import { waitUntil } from './stack/wait-until.ts';

const isRoot = process.getuid?.() === 0;
/** Without a terminal, so that what a person would see there is in the log. */
const alone = { prefix: ['setsid', '--wait'] };

const whoAmI = `@OUTPUT Who : { 'Description': '', 'FriendlyName': 'Who', 'Type': 'String' }
System.RunDOSCommand.RunDOSCommand DOSCommandOrApplication: $'''id -un''' StandardOutput=> Who StandardError=> Err ExitCode=> Code`;

describe.runIf(isRoot)('a machine that joins a cluster without its recovery key', () => {
  let stack: Stack;
  let alice: Person;
  beforeAll(async () => {
    stack = await startStack({ sessionHost: 'linux' });
    alice = makePerson('alice');
  }, 180_000);
  afterAll(async () => {
    await stack?.close();
    alice?.remove();
  }, 60_000);

  const dataOf = (name: string): string => join(stack.folder, name);

  async function startNewcomer(name: string, more: { server?: string; wait?: string } = {}) {
    const { token } = await stack.client.createEnrolmentToken({ params: { id: stack.clusterId } });
    const args = ['enrol', '--server', more.server ?? stack.address, '--name', name, '--token-stdin'];
    args.push('--data', dataOf(name), ...(more.wait ? ['--join-wait', more.wait] : []));
    const newcomer = startProgram('gateway', args, alone);
    const ended = exitOf(newcomer);
    newcomer.child.stdin?.end(`${token}\n`);
    await waitUntil('the newcomer to say what to do', () => newcomer.log().includes('deskhand gateway confirm-join'));
    return { newcomer, ended };
  }
  function startMember() {
    const member = startProgram('gateway', ['confirm-join', '--data', stack.gatewayData], alone);
    return { member, ended: exitOf(member) };
  }
  const codeOn = (newcomer: Program): Promise<string> =>
    waitUntil('the newcomer to show a code', () => /^ {2}(\w{4}-\w{4})$/m.exec(newcomer.log())?.[1]);

  test('gets the key by the code that it shows, and then signs accounts in with their sealed passwords', async () => {
    const { newcomer, ended } = await startNewcomer('machine-2');
    const { member, ended: confirmed } = startMember();
    member.child.stdin?.end(`${(await codeOn(newcomer)).toLowerCase()}\n`);
    expect(await confirmed).toBe(0);
    expect(await ended).toBe(0);
    const shown = await runProgram('gateway', ['key', '--data', stack.gatewayData]);
    const { keyFingerprint } = await newcomer.line<{ keyFingerprint: string }>((line) => 'gatewayId' in line, 'it');
    expect(keyFingerprint).toBe(shown.stdout.trim());
    expect(await stack.client.getCluster({ params: { id: stack.clusterId } })).toMatchObject({ keyFingerprint });

    // Only the newcomer may take the run, so only its copy of the key can have opened the password.
    const [first] = (await stack.client.listGateways()).items.filter(({ name }) => name === 'machine-1');
    await stack.client.updateGateway({ params: { id: String(first?.id) }, body: { enabled: false } });
    const joined = runGateway(dataOf('machine-2'), {});
    try {
      const { clusterId, client } = stack;
      const { user: accountName, password } = alice;
      const connectionId = await makeConnection(client, { clusterId, accountName, password });
      const flowId = await makeFlow(client, whoAmI);
      const run = await whenEnded(client, (await submit(client, { flowId, connectionId })).id);
      expect(run).toMatchObject({
        state: 'succeeded',
        outputs: { Who: expect.stringContaining(accountName) as string },
      });
    } finally {
      await joined.end();
    }
  });

  test('gets nothing when the code is typed wrongly', async () => {
    const { newcomer, ended } = await startNewcomer('machine-3');
    const { member, ended: confirmed } = startMember();
    await codeOn(newcomer);
    member.child.stdin?.end('0000-0000\n0000-0000\n0000-0000\n');
    expect(await confirmed).toBe(4);
    expect(member.log()).toContain('join-code-wrong');
    expect(await ended).toBe(4);
    expect(newcomer.log()).toContain('join-refused');
    expect(existsSync(join(dataOf('machine-3'), 'gateway.json'))).toBe(false);
  });

  test('gives up when nobody confirms in time, and can no longer be confirmed', async () => {
    const { newcomer, ended } = await startNewcomer('machine-4', { wait: '0.05' });
    expect(await ended).toBe(2);
    expect(newcomer.log()).toContain('join-expired');
    const late = await runProgram('gateway', ['confirm-join', '--data', stack.gatewayData]);
    expect(late.stderr).toContain('join-request-missing');
    expect(late.code).toBe(5);
  });

  test('is told at once that a key is needed when it may not wait', async () => {
    const { token } = await stack.client.createEnrolmentToken({ params: { id: stack.clusterId } });
    const args = [
      'enrol',
      '--server',
      stack.address,
      '--token-stdin',
      '--join-wait',
      '0',
      '--data',
      dataOf('machine-5'),
    ];
    const refused = await runProgram('gateway', args, `${token}\n`, alone);
    expect(refused).toMatchObject({ code: 6, stderr: expect.stringContaining('cluster-key-needed') as string });
  });

  test('is not exchanged for whoever sits in between and puts a key of its own in its place', async () => {
    const between = await startBetween(stack.address, stack.clusterId);
    try {
      const { newcomer, ended } = await startNewcomer('machine-6', { server: between.address });
      const { member, ended: confirmed } = startMember();
      const code = await codeOn(newcomer);
      member.child.stdin?.end(`${code}\n${code}\n${code}\n`);
      expect(await confirmed).toBe(4);
      expect(member.log()).toContain('join-code-wrong');
      expect(await ended).toBe(4);
      expect(between.swaps()).toBe(2);
    } finally {
      between.close();
    }
  });
});

const exitOf = async (program: Program): Promise<number | null> => {
  const [code] = (await once(program.child, 'exit')) as [number | null];
  return code;
};

/** A server in the middle: it passes everything on, but asks with a key of its own in the newcomer's place. */
async function startBetween(server: string, clusterId: string) {
  const own = { publicKey: (await makeSealingKey()).publicKey, secret: joinRandom() };
  let clusterPublicKey = '';
  let swapped = 0;
  const swap = async (path: string, body: string): Promise<string> => {
    if (path.endsWith('/opening')) {
      swapped += 1;
      return JSON.stringify({ ...(JSON.parse(body) as object), opening: own });
    }
    if (!path.endsWith('/join-requests')) return body;
    swapped += 1;
    const asked = JSON.parse(body) as AskToJoin;
    const subject = { clusterId, clusterPublicKey, name: asked.name, gatewayPublicKey: asked.publicKey };
    return JSON.stringify({ ...asked, commitment: await joinCommitment(subject, own) });
  };
  const between: Server = createServer((request, response) => {
    void (async () => {
      const path = request.url ?? '';
      const body = await swap(path, Buffer.concat(await request.toArray()).toString());
      const answer = await fetch(`${server}${path}`, {
        method: request.method ?? 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      const text = await answer.text();
      if (path.endsWith('/gateways/enrolment'))
        clusterPublicKey = (JSON.parse(text) as { clusterPublicKey: string }).clusterPublicKey;
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(text);
    })();
  });
  between.listen(0, '127.0.0.1');
  await once(between, 'listening');
  const address = `http://127.0.0.1:${(between.address() as AddressInfo).port}`;
  return { address, swaps: () => swapped, close: () => void between.close() };
}
