import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiClient, createClient } from '@deskhand/protocol/http/client.ts';
import type { CapacityPlan } from '@deskhand/protocol/http/capacity.ts';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { makeConnection } from './stack/people.ts';
import { type Program, runProgram, startProgram } from './stack/programs.ts';
import { runState, submit, whenEnded, whenState } from './stack/runs.ts';
import { claim, freePort, newestRuns, signIn } from './stack/stack.ts';
import { stubMachine, type StubMachineOnLink } from './stack/stub-machine.ts';
import { waitUntil } from './stack/wait-until.ts';

const SETUP_TIMEOUT_MS = 4 * 60_000;

/** N4: asked as an operator asks, by the command line, about runs that really waited for a machine. */
describe('the capacity planner, on the real server with a history of its own', () => {
  let folder: string;
  let server: Program;
  let address: string;
  let client: ApiClient;
  let clusterId: string;
  let machine: StubMachineOnLink;
  const tokens = { admin: '', viewer: '' };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dh-plan-'));
    // The unprivileged user of the server must reach its own folder inside.
    chmodSync(folder, 0o711);
    const place = ['--data', join(folder, 'server'), '--port', String(await freePort())];
    server = startProgram('control-plane', ['serve', ...place, '--controlled']);
    const listening = (line: Record<string, unknown>) => line.event === 'listening';
    const said = await server.line<{ address: string; setupCode: string }>(listening, 'that it listens');
    address = said.address;
    tokens.admin = await claim(globalThis.fetch, address, said.setupCode);
    client = createClient({ baseUrl: address, token: tokens.admin });
    const vera = { email: 'vera@corp.example', password: 'a long sentence of Vera' };
    await client.createAccount({ body: { name: 'Vera', ...vera, roles: ['viewer'] } });
    tokens.viewer = await signIn(address, vera);
    clusterId = (await client.createCluster({ body: { name: 'Kiosks' } })).id;
    await client.createCluster({ body: { name: 'Empty' } });
    machine = await stubMachine({ client, address, clusterId }, 'kiosk-1', { sessionLimit: 1 });
    await machine.switchOn();
    await aMorning();
  }, SETUP_TIMEOUT_MS);
  afterAll(async () => {
    machine?.switchOff();
    await server?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  /** One slot: Ann's run takes it, Cleo's gives up behind it, Ben's waits until it is over. */
  async function aMorning(): Promise<void> {
    const asked = async (accountName: string, flow: string, startDeadlineMs = 600_000) => {
      const connectionId = await makeConnection(client, { clusterId, accountName, password: undefined });
      const { id: flowId } = await client.createFlow({ body: { name: flow, script: 'WAIT 1' } });
      return await submit(client, { flowId, connectionId, startDeadlineMs });
    };
    const ann = await asked('ann', 'Payroll');
    const { waitedMs } = await whenState(client, ann.id, ({ state }) => state === 'running', 'running');
    const cleo = await asked('cleo', 'Mail', 1_000);
    expect((await whenEnded(client, cleo.id)).state).toBe('timedOut');
    const ben = await asked('ben', 'Invoices');
    // A play starts Ann's run the moment it asked and not when the machine took it: it ends earlier by so much.
    const givesUpAtMs = Date.parse(cleo.startDeadlineAt) + waitedMs;
    await waitUntil('Ann’s run to be in the way in a play as well', () => Date.now() > givesUpAtMs + 1 || undefined);
    machine.finishRuns();
    await whenState(client, ben.id, ({ state }) => state === 'running', 'running');
    machine.finishRuns();
    await whenEnded(client, ben.id);
    expect((await runState(client, ann.id)).state).toBe('succeeded');
  }

  const plan = async (who: keyof typeof tokens, ...args: readonly string[]) => {
    const env = { ...process.env, DESKHAND_SERVER: address, DESKHAND_TOKEN: tokens[who] };
    return await runProgram('cli', ['gateway-clusters', 'plan', ...args], '', { env });
  };
  const text = async (...args: readonly string[]): Promise<string> => {
    onTestFailed(async () => console.error(await newestRuns(client)));
    const { code, stdout, stderr } = await plan('admin', ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  const answer = async (...args: readonly string[]): Promise<CapacityPlan> =>
    JSON.parse(await text(...args, '--json')) as CapacityPlan;
  const missed = ({ real, before, after }: CapacityPlan) => [real?.missed, before.missed, after?.missed];
  const oneMore = ['Kiosks', '--members', '+1', '--run-on-all-gateways', 'yes'] as const;

  test('the history is played again with one machine more, beside what really happened', async () => {
    const planned = await answer(...oneMore);
    expect(planned).toMatchObject({ cluster: { id: clusterId }, source: 'history', isShort: true, enough: null });
    expect(planned.real).toMatchObject({ runs: 3, started: 2, missed: 1 });
    expect(planned.before).toMatchObject({ runs: 3, missed: 1, members: 1, slots: 1, slotsPeak: 1 });
    expect(planned.before.missedBecause).toEqual([{ code: 'no-free-slot', count: 1 }]);
    expect(planned.after).toMatchObject({ runs: 3, missed: 0, members: 2, slots: 2, slotsPeak: 2 });
    expect(planned.after?.waits.maxMs).toBeLessThan(planned.before.waits.maxMs);
  });

  test('and told as text, the three beside one another', async () => {
    const said = await text(...oneMore);
    expect(said).toMatch(/^Kiosks: history from \S+ to \S+\n/);
    expect(said).toMatch(/^ +REALLY +AS IT IS +WITH THE CHANGES *$/m);
    expect(said).toMatch(/^runs +3 +3 +3 *$/m);
    expect(said).toMatch(/^missed deadline +1 +1 +0 *$/m);
    expect(said).toMatch(/^machines +1 with 1 slot +2 with 2 slots *$/m);
    expect(said).toContain('note: The history is shorter than seven days');
  });

  test('how many are enough is answered, with what one fewer would cost', async () => {
    const sentence = 'It takes 1 machine more, with Run on all gateways in cluster switched on, so that no run misses';
    const { enough } = await answer('Kiosks', '--enough');
    expect(enough).toMatchObject({ isPossible: true, furtherMembers: 1, switchOn: true });
    const said = await text('Kiosks', '--enough');
    expect(said).toContain(sentence);
    expect(said).toContain('With one machine fewer 1 run would miss it.');
  });

  test('a load in a few words, and one that a file lists, are played without any history', async () => {
    const words = await answer('Kiosks', '--per-hour', '6', '--duration', '4m', '--hours', '8-18', '--days', '2');
    expect(words).toMatchObject({ source: 'described', real: null, from: null });
    expect(words.before.runs).toBeGreaterThan(60);
    const run = { atMs: 0, durationMs: 600_000, startDeadlineMs: 60_000, flow: 'Mail' };
    const file = join(folder, 'november.json');
    writeFileSync(file, JSON.stringify({ runs: ['ann', 'ben', 'cleo'].map((account) => ({ ...run, account })) }));
    const listed = await answer('Kiosks', '--load', file, '--slots', '3');
    expect([listed.source, ...missed(listed)]).toEqual(['listed', undefined, 2, 0]);
  });

  test('the fairness of the cluster is played, and another one is tried without setting it', async () => {
    expect(missed(await answer('Kiosks', '--slots', '3'))).toEqual([1, 1, 0]);
    const tried = await answer('Kiosks', '--slots', '3', '--share', 'user', '--share-at-most', '1');
    expect(missed(tried)).toEqual([1, 1, 1]);
    expect(tried.after?.missedBecause).toEqual([{ code: 'share-used', count: 1 }]);
    expect((await client.getCluster({ params: { id: clusterId } })).fairness.share).toBeNull();
    const fairness = { ageing: null, share: { by: 'user' as const, atMost: 1 }, lanes: [] };
    await client.updateCluster({ params: { id: clusterId }, body: { fairness } });
    expect(missed(await answer('Kiosks', '--slots', '3'))).toEqual([1, 1, 1]);
    const without = await text('Kiosks', '--slots', '3', '--share', 'off');
    expect(without).toMatch(/^missed deadline +1 +1 +0 *$/m);
    expect(without).toContain('note: The fairness of the cluster is played as it is set now');
    expect(without).toContain('note: With the changes: the queue order alone.');
    await client.updateCluster({ params: { id: clusterId }, body: { fairness: { ...fairness, share: null } } });
  });

  test.each<[string, number, string, readonly string[]]>([
    ['a cluster that is not there', 5, 'not-found', ['Nowhere']],
    ['a cluster without machines', 6, 'plan-without-machines', ['Empty']],
    ['a count that is none', 3, 'invalid-request', ['Kiosks', '--members', 'many']],
    [
      'a span that ends before it begins',
      3,
      'invalid-request',
      ['Kiosks', '--from', '2026-02-01', '--to', '2026-01-01'],
    ],
    ['hours that end before they begin', 3, 'invalid-request', ['Kiosks', '--per-hour', '1', '--hours', '9-8']],
    ['a share that is too great', 3, 'invalid-request', ['Kiosks', '--share', 'user', '--share-at-most', '5000']],
    ['more runs than can be played', 1, 'plan-too-large', ['Kiosks', '--per-hour', '10000']],
    ['a file that is not there', 2, 'could-not-be-done', ['Kiosks', '--load', '/nowhere/runs.json']],
  ])('%s is refused with a stable code', async (_what, exit, problem, args) => {
    const said = await plan('admin', ...args, '--json');
    expect([said.code, JSON.parse(said.stdout)]).toEqual([exit, expect.objectContaining({ code: problem, exit })]);
    const words = await plan('admin', ...args);
    expect([words.code, words.stdout, words.stderr]).toEqual([exit, '', expect.stringContaining(`code: ${problem}`)]);
  });

  test('a viewer, who has no right to it, is refused', async () => {
    const said = await plan('viewer', 'Kiosks', '--json');
    expect([said.code, JSON.parse(said.stdout)]).toEqual([
      4,
      expect.objectContaining({ code: 'not-allowed', exit: 4 }),
    ]);
    const words = await plan('viewer', 'Kiosks');
    expect([words.code, words.stdout, words.stderr]).toEqual([4, '', expect.stringContaining('code: not-allowed')]);
  });
});
