import { HEARTBEAT_INTERVAL_MS, LINK_PROTOCOL_VERSION } from '@deskhand/protocol/link/messages.ts';
import { expect, test } from 'vitest';
import type { LinkUseCases } from '../../use-cases/link/create-link-use-cases.ts';
import { createServedLinks } from './served-links.ts';
import type { ServedListener, ServedWire } from './served-wire.ts';

/** A wire whose gateway is the test. */
function wireOfTest() {
  const sent: { readonly type: string }[] = [];
  let pings = 0;
  let listener: ServedListener | undefined;
  const wire: ServedWire = {
    isOpen: () => true,
    bytesWaiting: () => 0,
    send: (text) => void sent.push(JSON.parse(text) as { type: string }),
    ping: () => void (pings += 1),
    hold: () => undefined,
    close: () => listener?.closed(),
    cut: () => listener?.closed(),
    listen: (given) => void (listener = given),
  };
  return {
    wire,
    pings: () => pings,
    say: (message: unknown) => listener?.text(JSON.stringify(message)),
    hangUp: () => listener?.closed(),
    told: (type: string) => expect.poll(() => sent.map((one) => one.type)).toContain(type),
  };
}

const identity = { gatewayId: 'g-1', clusterId: 'c-1', publicKey: '' };
const useCases = {
  begin: () => 0,
  identify: () => Promise.resolve({ ok: true, value: identity }),
  connect: () =>
    Promise.resolve({ ok: true, value: { linkNumber: 1, epoch: 'e', commit: 1, identity, wantsJournal: false } }),
  confirm: () => Promise.resolve(true),
  reconcile: () => Promise.resolve([]),
  handle: () => Promise.resolve([]),
  sendWaiting: () => Promise.resolve(),
  disconnected: () => Promise.resolve(),
} as unknown as LinkUseCases;

function serverOfTest() {
  let nowMs = 0;
  let beat = (): void => undefined;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const timers = {
    nowMs: () => nowMs,
    after: () => () => undefined,
    every: (_intervalMs: number, act: () => void) => {
      beat = act;
      return () => undefined;
    },
  };
  const links = createServedLinks({ log, timers, isProven: () => true });
  const beatAfter = (ms: number): void => {
    nowMs += ms;
    beat();
  };
  return { links, beatAfter };
}

async function greet(gateway: ReturnType<typeof wireOfTest>): Promise<void> {
  const hello = { protocolVersion: LINK_PROTOCOL_VERSION, gatewayId: 'g-1', linkNumber: 0, journalId: 'j' };
  const about = { version: '1', sessionHost: 'virtual', machineName: 'm', epochSeen: null, commitSeen: 0, proof: '' };
  gateway.say({ type: 'hello', ...hello, ...about });
  await gateway.told('welcome');
  gateway.say({ type: 'linkConfirmed', linkNumber: 1 });
  gateway.say({ type: 'reconcile', journalId: 'j', attempts: [], facts });
  await gateway.told('reconciled');
}
const facts = {
  version: 1,
  operatingSystem: 'stub',
  reportedPolicy: 'linux',
  sessions: [],
  sessionLimit: 1,
  remoteDesktopServices: false,
  canUnattended: true,
  canAttended: true,
  missing: [],
  ownUser: null,
};

test('so many may greet at once; one that carries work or is gone leaves its place', async () => {
  const { links } = serverOfTest();
  const gateways: ReturnType<typeof wireOfTest>[] = [];
  while (links.hasRoom()) {
    const gateway = wireOfTest();
    gateways.push(gateway);
    links.serve(gateway.wire, useCases, 'here');
  }
  expect(gateways).toHaveLength(256);
  await greet(gateways[0] as (typeof gateways)[number]);
  expect(links.hasRoom()).toBe(true);
  links.serve(wireOfTest().wire, useCases, 'here');
  expect(links.hasRoom()).toBe(false);
  gateways[1]?.hangUp();
  expect(links.hasRoom()).toBe(true);
});

test('a server that stops waits until the end of every link is noted, also of those that broke just before', async () => {
  const { links } = serverOfTest();
  const [broken, standing] = [wireOfTest(), wireOfTest()];
  const noted = Promise.withResolvers<void>();
  links.serve(broken.wire, { ...useCases, disconnected: () => noted.promise }, 'here');
  links.serve(standing.wire, useCases, 'here');
  await greet(broken);
  broken.hangUp();
  const order: string[] = [];
  const isStopped = links.closeAll().then(() => order.push('stopped'));
  setImmediate(() => {
    order.push('noted');
    noted.resolve();
  });
  await isStopped;
  expect(order).toEqual(['noted', 'stopped']);
});

test('only a gateway that said nothing since the last beat is asked whether it lives', async () => {
  const { links, beatAfter } = serverOfTest();
  const gateway = wireOfTest();
  links.serve(gateway.wire, useCases, 'here');
  await greet(gateway);
  beatAfter(HEARTBEAT_INTERVAL_MS);
  gateway.say({ type: 'heartbeat', progress: [], journalFault: null });
  beatAfter(HEARTBEAT_INTERVAL_MS);
  expect(gateway.pings()).toBe(0);
  beatAfter(HEARTBEAT_INTERVAL_MS);
  expect(gateway.pings()).toBe(1);
});
