import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LinkHandlers, Reconciliation, ServerMemory, WorkOrder } from '../../ports/link.ts';
import { selfSigned } from '../../testing/self-signed.ts';
import { StandInServer } from '../../testing/stand-in-server.ts';
import { RECONNECT_FIRST_MS, RECONNECT_MAX_MS, reconnectDelayMs } from './back-off.ts';
import { systemTimers } from '@deskhand/protocol/timers.ts';
import { dialServer } from './dial-server.ts';
import { openLinkMemory } from './link-memory.ts';
import type { LinkOptions } from './link-options.ts';
import { ServerLink } from './open-link.ts';

let folder: string;
let server: StandInServer;
const opened: ServerLink[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dh-link-'));
  server = new StandInServer();
  await server.open();
});
afterEach(async () => {
  for (const link of opened.splice(0)) await link.stop();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const facts: Reconciliation['facts'] = {
  version: 1,
  operatingSystem: 'Test',
  reportedPolicy: 'linux',
  sessions: [],
  sessionLimit: 2,
  remoteDesktopServices: false,
  canUnattended: true,
  canAttended: true,
  missing: [],
  ownUser: null,
};

function dial(
  fingerprint: string | null = null,
  versions: Partial<Pick<LinkOptions, 'versions'>> = {},
  pages: ReturnType<LinkHandlers['journal']> = [],
) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  server.publicKey = publicKey.export({ format: 'jwk' }).x ?? null;
  const messages: WorkOrder[] = [];
  const memories: ServerMemory[] = [];
  const warnings: Readonly<Record<string, unknown>>[] = [];
  const ups: (() => void)[] = [];
  let upCount = 0;
  const memory = openLinkMemory(join(folder, 'link.json'));
  const link = new ServerLink({
    dial: dialServer({ serverUrl: server.url, fingerprint }),
    timers: systemTimers,
    ...versions,
    memory,
    hello: { gatewayId: 'g1', journalId: 'j1', version: '1', sessionHost: 'linux', machineName: 'm' },
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
    heartbeat: () => ({ progress: [], journalFault: null }),
    log: { info: () => undefined, warn: (said) => void warnings.push(said), error: () => undefined },
    random: () => 0,
    onUp: () => {
      upCount++;
      ups.shift()?.();
    },
  });
  opened.push(link);
  const handlers: LinkHandlers = {
    report: (remembered) => {
      memories.push(remembered);
      return { attempts: [], asked: [{ runId: 'r1', attempt: 2 }], facts, journalPosition: 3 };
    },
    journal: () => pages,
    reconciled: () => undefined,
    message: (message) => void messages.push(message),
    room: () => undefined,
    down: () => undefined,
  };
  const up = async (): Promise<void> => {
    const before = upCount;
    await expect.poll(() => upCount).toBeGreaterThan(before);
  };
  return { link, memory, messages, memories, warnings, up, start: () => link.start(handlers) };
}

test('a link greets, proves its key, confirms its number and reconciles before it carries work', async () => {
  const { start, up, memory, link } = dial();
  const isUp = up();
  start();
  expect(await server.next('hello')).toMatchObject({ linkNumber: 0, journalId: 'j1' });
  expect(await server.next('linkConfirmed')).toMatchObject({ linkNumber: 1 });
  expect(await server.next('reconcile')).toMatchObject({
    journalPosition: 3,
    asked: [{ runId: 'r1', attempt: 2 }],
  });
  await isUp;
  expect(memory.read()).toMatchObject({ confirmed: 1, pending: null, epoch: 'epoch-1' });
  expect(link.send({ type: 'facts', facts })).toBe(true);
  await server.next('facts');
  await server.next('heartbeat');
  expect(server.faults).toEqual([]);
});

test('what is sent before the link is up is dropped and said to be', () => {
  expect(dial().link.send({ type: 'facts', facts })).toBe(false);
});

test('a broken link is made again with the number that the server confirmed', async () => {
  const { start, up } = dial();
  const first = up();
  start();
  await first;
  const again = up();
  server.heard.length = 0;
  server.cut();
  expect(await server.next('hello')).toMatchObject({ linkNumber: 1 });
  await again;
  expect(server.linkNumber).toBe(2);
});

test('a link that breaks before it is confirmed presents its pending number, from disk', async () => {
  server.beforeReconciled = (socket) => {
    server.beforeReconciled = undefined;
    socket.terminate();
    return true;
  };
  const { start, up, memory } = dial();
  const isUp = up();
  start();
  await server.next('reconcile');
  expect(openLinkMemory(join(folder, 'link.json')).read()).toMatchObject({ confirmed: 0, pending: 1 });
  expect(await server.next('hello')).toMatchObject({ linkNumber: 1 });
  await isUp;
  expect(memory.read()).toMatchObject({ confirmed: 2, pending: null });
});

test('a gateway whose number is older than the server’s is told to get an admin, and tries slowly', async () => {
  server.linkNumber = 5;
  const { start, warnings } = dial();
  start();
  await expect.poll(() => warnings).toHaveLength(1);
  expect(warnings[0]).toMatchObject({ retryInMs: 60_000 });
  expect(String(warnings[0]?.because)).toContain('admin must enrol the machine anew');
  expect(server.links).toBe(1);
});

test('a server that was restored from a backup is noticed', async () => {
  const first = dial();
  const isUp = first.up();
  server.commit = 9;
  first.start();
  await isUp;
  await first.link.stop();
  server.commit = 3;
  const second = dial();
  const isUpAgain = second.up();
  second.start();
  await isUpAgain;
  expect([...first.memories, ...second.memories]).toEqual([
    { wasRestored: false, hasJournal: false },
    { wasRestored: true, hasJournal: false },
  ]);
});

test('the whole journal goes page by page before the reconciliation, when the server asks for it', async () => {
  server.wantsJournal = true;
  const entry = (runId: string) => ({
    runId,
    attempt: 1,
    flowName: 'Invoices',
    mode: 'unattended' as const,
    accountName: 'alice',
    requestedBy: 'bob@corp.example',
    startedAtMs: 5,
    phase: 'ended' as const,
    result: null,
    isSettled: true,
  });
  const { start, up, memories } = dial(null, {}, [[entry('r1'), entry('r2')], [entry('r3')]]);
  const isUp = up();
  start();
  expect((await server.next('journal')).entries.map((one) => one.runId)).toEqual(['r1', 'r2']);
  expect((await server.next('journal')).entries.map((one) => one.runId)).toEqual(['r3']);
  await server.next('reconcile');
  await isUp;
  expect(memories).toEqual([{ wasRestored: false, hasJournal: true }]);
  expect(server.faults).toEqual([]);
});

test.each([
  ['that is not JSON', '{'],
  ['of an unknown type', '{"type":"format-disk"}'],
  ['with a wrong field', '{"type":"cancel","runId":"r1","attempt":"one","because":"cancelled"}'],
])('a message %s ends the link and reaches nobody', async (_what, text) => {
  const { start, up, messages } = dial();
  const first = up();
  start();
  await first;
  const again = up();
  server.sayRaw(text);
  await again;
  expect(messages).toEqual([]);
  expect(server.links).toBe(2);
});

test('a link over TLS takes the pinned certificate, and no other', async () => {
  await server.close();
  server = new StandInServer();
  const { key, cert, sha256 } = await selfSigned();
  await server.open({ key, cert });
  const pinned = dial(sha256);
  const isUp = pinned.up();
  pinned.start();
  await isUp;
  await pinned.link.stop();
  const wrong = dial('00'.repeat(32));
  wrong.start();
  await expect.poll(() => wrong.warnings).toHaveLength(1);
  expect(String(wrong.warnings[0]?.because)).toContain('another fingerprint');
  expect(server.links).toBe(1);
});

test('work arrives in order', async () => {
  const { start, up, messages } = dial();
  const isUp = up();
  start();
  await isUp;
  server.say({ type: 'withdraw', runId: 'r1', attempt: 1 });
  server.say({ type: 'stale', runId: 'r2', attempt: 4 });
  await expect.poll(() => messages).toHaveLength(2);
  expect(messages.map((message) => message.type)).toEqual(['withdraw', 'stale']);
});

test('a server that stops sends its gateways on, and they go at once', async () => {
  const { start, up, warnings } = dial();
  const first = up();
  start();
  await first;
  const again = up();
  server.sendOn();
  await again;
  expect(warnings.map(({ retryInMs }) => retryInMs)).toEqual([0]);
});

test.each([
  ['of this release alone', { protocolVersion: 1 }, { min: 1, max: 2 }, 1],
  ['of the next release', { protocolVersion: 3, protocolVersionMin: 2 }, { min: 1, max: 2 }, 2],
  ['that is too new', { protocolVersion: 4, protocolVersionMin: 3 }, { min: 1, max: 2 }, 2],
])('the link speaks the highest version that both know: a server %s', async (_what, servers, versions, spoken) => {
  server.versions = servers;
  dial(null, { versions }).start();
  expect(await server.next('hello')).toMatchObject({ protocolVersion: spoken });
});

test('the wait between tries grows to its limit and never beyond', () => {
  expect(reconnectDelayMs(1, 0)).toBe(RECONNECT_FIRST_MS);
  expect(reconnectDelayMs(3, 1)).toBe(4_000);
  expect(reconnectDelayMs(1_000, 1)).toBe(RECONNECT_MAX_MS);
});

test('a memory of the link whose newest half was torn still holds the one before', () => {
  const path = join(folder, 'memory.json');
  const memory = openLinkMemory(path);
  memory.write({ confirmed: 1, pending: 2, epoch: 'e', commit: 3 });
  memory.write({ confirmed: 2, pending: null, epoch: 'e', commit: 4 });
  expect(openLinkMemory(path).read()).toMatchObject({ confirmed: 2, commit: 4 });
  // The second write went to the first slot.
  writeFileSync(path, 'torn', { flag: 'r+' });
  expect(openLinkMemory(path).read()).toMatchObject({ confirmed: 1, pending: 2 });
});
