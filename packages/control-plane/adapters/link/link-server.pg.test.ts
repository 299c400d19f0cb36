import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type GatewayMessage,
  LINK_PATH,
  LINK_PROTOCOL_VERSION,
  linkProofText,
  type ServerMessage,
} from '@deskhand/protocol/link/messages.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createRunWorld, linuxFacts, type RunWorld } from '../../testing/run-world.ts';
import { systemTimers } from '@deskhand/protocol/timers.ts';
import { createLinkServer, type LinkServer } from './link-server.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

let world: RunWorld;
let links: LinkServer;
let http: Server;
let key: KeyObject;
const clients: GatewayClient[] = [];

beforeEach(async () => {
  links = createLinkServer({ log: quiet, timers: systemTimers });
  world = await createRunWorld({ ports: { links }, unlink: links.close });
  const pair = generateKeyPairSync('ed25519');
  key = pair.privateKey;
  await world.database.pool.query('update gateway set public_key = $1', [pair.publicKey.export({ format: 'jwk' }).x]);
  http = createServer();
  links.attach(http, world.link);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.terminate();
  await links.closeAll();
  http.close();
  await world.close();
});
/** A gateway with nothing but a socket and a key. */
class GatewayClient {
  readonly socket: WebSocket;
  readonly heard: ServerMessage[] = [];
  closeCode: number | undefined;

  constructor(path = LINK_PATH) {
    this.socket = new WebSocket(`ws://127.0.0.1:${String((http.address() as AddressInfo).port)}${path}`);
    this.socket.on('message', (data) => this.heard.push(JSON.parse(String(data)) as ServerMessage));
    this.socket.on('error', () => undefined);
    this.socket.on('close', (code) => {
      this.closeCode = code;
    });
    clients.push(this);
  }

  say(message: GatewayMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  async next<Type extends ServerMessage['type']>(type: Type): Promise<Extract<ServerMessage, { type: Type }>> {
    return await vi.waitFor(
      () => {
        const found = this.heard.find((message) => message.type === type);
        if (found === undefined)
          throw new Error(`No ${type} among ${JSON.stringify(this.heard)}, closed with ${String(this.closeCode)}.`);
        return found as Extract<ServerMessage, { type: Type }>;
      },
      { timeout: 20_000, interval: 10 },
    );
  }

  async hello(
    linkNumber = 0,
    change: {
      readonly key?: KeyObject;
      readonly nonce?: string;
      readonly gatewayId?: string;
      readonly protocolVersion?: number;
    } = {},
  ): Promise<void> {
    const { nonce } = await this.next('challenge');
    const { gatewayId = 'g1', protocolVersion = LINK_PROTOCOL_VERSION } = change;
    const who = { protocolVersion, gatewayId, linkNumber, journalId: 'journal' };
    const proof = sign(null, Buffer.from(linkProofText(who, change.nonce ?? nonce)), change.key ?? key).toString(
      'base64url',
    );
    this.say({
      type: 'hello',
      ...who,
      proof,
      version: '1',
      sessionHost: 'linux',
      machineName: 'm',
      epochSeen: null,
      commitSeen: 0,
    });
  }

  async linkUp(linkNumber = 0): Promise<number> {
    await this.hello(linkNumber);
    const welcome = await this.next('welcome');
    this.say({ type: 'linkConfirmed', linkNumber: welcome.linkNumber });
    this.say({
      type: 'reconcile',
      journalId: 'journal',
      attempts: [],
      facts: linuxFacts(),
    });
    await this.next('reconciled');
    return welcome.linkNumber;
  }

  async closed(): Promise<number> {
    return await vi.waitFor(() => {
      if (this.closeCode === undefined) throw new Error('The link is still open.');
      return this.closeCode;
    }, 20_000);
  }
}

test('a run goes over a real link: offered, acquired, logged, ended', async () => {
  const gateway = new GatewayClient();
  await gateway.linkUp();
  const run = await world.submit();
  const { runId, attempt } = await gateway.next('offer');
  expect({ runId, attempt }).toEqual({ runId: run.id, attempt: 1 });
  gateway.say({ type: 'acquire', runId, attempt, journalId: 'journal', factsVersion: 1 });
  expect((await gateway.next('acquired')).order).toMatchObject({
    script: 'WAIT 1',
    sealedPassword: 'sealed',
    requestedBy: 'alice@corp.example',
  });
  gateway.say({ type: 'phase', runId, attempt, phase: 'running', sinceAcquireMs: 3 });
  const result = {
    state: 'succeeded',
    outputs: {},
    error: null,
    lastLogSeq: 0,
    logLinesLost: 0,
    phasesMs: {},
  } as const;
  gateway.say({ type: 'result', runId, attempt, result });
  await gateway.next('resultAck');
  expect(await world.state(run.id)).toBe('succeeded');
});

test('what was submitted while the gateway was away is offered when it links', async () => {
  const run = await world.submit();
  const gateway = new GatewayClient();
  await gateway.linkUp();
  expect((await gateway.next('offer')).runId).toBe(run.id);
});

test('a wrong key, a recorded proof and an unknown gateway are refused', async () => {
  const other = generateKeyPairSync('ed25519').privateKey;
  for (const [change, code] of [
    [{ key: other }, 'link-proof-wrong'],
    [{ nonce: 'a nonce of yesterday' }, 'link-proof-wrong'],
    [{ gatewayId: 'nobody' }, 'link-identity-unknown'],
  ] as const) {
    const client = new GatewayClient();
    await client.hello(0, change);
    expect((await client.next('refused')).code).toBe(code);
    expect(await client.closed()).toBe(4003);
  }
});

test('the newer link replaces the older, and an old number is quarantined together with the open link', async () => {
  const older = new GatewayClient();
  const first = await older.linkUp();
  const newer = new GatewayClient();
  const second = await newer.linkUp(first);
  expect(await older.closed()).toBe(4001);
  expect(second).toBe(first + 1);
  const clone = new GatewayClient();
  await clone.hello(0);
  expect((await clone.next('refused')).code).toBe('link-quarantined');
  // Which of the two is the copy nobody knows, so the open link ends as well.
  expect(await newer.closed()).toBe(4003);
});

test('messages that do not fit, come out of turn or before the greeting end the link', async () => {
  const strange = new GatewayClient();
  await strange.next('challenge');
  strange.socket.send('{"type":"hello"');
  expect(await strange.closed()).toBe(4002);
  const early = new GatewayClient();
  await early.next('challenge');
  early.say({ type: 'acquire', runId: 'x', attempt: 1, journalId: 'journal', factsVersion: 1 });
  expect(await early.closed()).toBe(4002);
  const elsewhere = new GatewayClient('/elsewhere');
  expect(await elsewhere.closed()).toBe(1006);
});

test('a broken link ends no work: the gateway is shown as unreachable and its run goes on', async () => {
  const gateway = new GatewayClient();
  await gateway.linkUp();
  const run = await world.submit();
  const { runId, attempt } = await gateway.next('offer');
  gateway.say({ type: 'acquire', runId, attempt, journalId: 'journal', factsVersion: 1 });
  await gateway.next('acquired');
  gateway.socket.terminate();
  await expect.poll(async () => (await world.stores.runs.byId(run.id))?.gateway?.unreachableSince).toBeInstanceOf(Date);
  expect(await world.state(run.id)).toBe('starting');
});

test('a server of the next release speaks with gateways of this one, and not with those before', async () => {
  await links.closeAll();
  links = createLinkServer({ log: quiet, timers: systemTimers, versions: { min: 2, max: 3 } });
  http.removeAllListeners('upgrade');
  links.attach(http, world.link);
  const [known, old] = [new GatewayClient(), new GatewayClient()];
  expect(await known.next('challenge')).toMatchObject({ protocolVersion: 3, protocolVersionMin: 2 });
  await known.hello(0, { protocolVersion: 2 });
  await known.next('welcome');
  await old.hello(0, { protocolVersion: 1 });
  expect((await old.next('refused')).code).toBe('link-protocol-version');
});

test('a server that stops tells its gateways to come again', async () => {
  const gateway = new GatewayClient();
  await gateway.linkUp();
  await links.closeAll();
  expect(await gateway.closed()).toBe(1012);
  const { rows } = await world.database.pool.query('select linked_to from gateway');
  expect(rows).toEqual([{ linked_to: null }]);
});

test('a gateway of the release before is not told what it does not know, and keeps its link', async () => {
  const old = new GatewayClient();
  await old.hello(0, { protocolVersion: 1 });
  const { linkNumber } = await old.next('welcome');
  old.say({ type: 'linkConfirmed', linkNumber });
  old.say({ type: 'reconcile', journalId: 'journal', attempts: [], facts: linuxFacts() });
  await old.next('reconciled');
  expect(links.send('g1', { type: 'runDoctor', requestId: 'q1' })).toBe(false);
  expect(links.send('g1', { type: 'restart' })).toBe(false);
  const { rows } = await world.database.pool.query('select link_version from gateway');
  expect(rows).toEqual([{ link_version: 1 }]);
  expect(links.send('g1', { type: 'withdraw', runId: 'r1', attempt: 1 })).toBe(true);
  await old.next('withdraw');
  expect(old.heard.map(({ type }) => type)).not.toContain('runDoctor');
});
