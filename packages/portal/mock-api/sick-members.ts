import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import type { GatewayEvent } from '@deskhand/protocol/http/sick-members.ts';
import type { Handlers } from './handler-types.ts';
import { sendLive } from './live-stream.ts';
import { found, Refusal } from './refusal.ts';
import { withHealth } from './seed-machines.ts';
import { ago, HOUR, MINUTE, type World } from './world.ts';

type Operations = 'setGatewayAside' | 'putGatewayBack' | 'tryGatewayNow' | 'getGatewayHistory' | 'getClusterHistory';

/** How long a simulated canary sign-in takes. */
const CANARY_MS = 400;
const TO_PASS = 3;

/** A gateway that is set aside and tried; every canary of the simulated machines succeeds. */
export function sickMemberHandlers(world: World): Handlers<Operations> {
  const events: GatewayEvent[] = seedHistory(world.gateways);
  const gatewayOf = (id: string): Gateway =>
    found(
      world.gateways.find((one) => one.id === id),
      'gateway',
    );
  const change = (id: string, setAside: Gateway['setAside']): Gateway => {
    const changed = withHealth({ ...gatewayOf(id), setAside });
    world.gateways = world.gateways.map((one) => (one.id === id ? changed : one));
    sendLive({ type: 'gateway', data: changed });
    return changed;
  };
  const note = (gateway: Gateway, event: GatewayEvent['event'], detail: string, actor = 'Deskhand'): void => {
    const number = (events[0]?.number ?? 0) + 1;
    const { id: gatewayId, name: gatewayName } = gateway;
    events.unshift({ number, at: ago(0), gatewayId, gatewayName, event, detail, actor, runId: null });
  };
  const asideOf = (id: string): NonNullable<Gateway['setAside']> => {
    const { setAside } = gatewayOf(id);
    if (setAside === null) throw new Refusal('conflict', { detail: 'The gateway is not set aside.' });
    return setAside;
  };
  const tryOnce = (id: string): void => {
    const gateway = gatewayOf(id);
    if (gateway.setAside === null) return;
    const passed = gateway.setAside.canariesPassed + 1;
    note(gateway, 'canary-succeeded', `Sign-in, session and runner start succeeded: ${passed} of ${TO_PASS} in a row.`);
    if (passed >= TO_PASS) {
      note(gateway, 'put-back', `${TO_PASS} canary sign-ins in a row succeeded.`);
      change(id, null);
      return;
    }
    change(id, { ...gateway.setAside, canariesPassed: passed, nextCanaryAt: null });
    setTimeout(() => tryOnce(id), CANARY_MS);
  };
  return {
    setGatewayAside: ({ params: { id } }) => {
      note(gatewayOf(id), 'set-aside', 'An admin of the cluster set it aside.', world.me.name);
      const nextCanaryAt = new Date(Date.now() + 5 * MINUTE).toISOString();
      return change(id, { since: ago(0), canariesPassed: 0, canariesToPass: TO_PASS, nextCanaryAt });
    },
    putGatewayBack: ({ params: { id } }) => {
      asideOf(id);
      note(gatewayOf(id), 'put-back', 'An admin of the cluster put it back.', world.me.name);
      return change(id, null);
    },
    tryGatewayNow: ({ params: { id } }) => {
      note(gatewayOf(id), 'canary-began', 'A canary sign-in was submitted.');
      const changed = change(id, { ...asideOf(id), nextCanaryAt: null });
      setTimeout(() => tryOnce(id), CANARY_MS);
      return changed;
    },
    getGatewayHistory: ({ params: { id } }) => ({ items: events.filter((event) => event.gatewayId === id) }),
    getClusterHistory: ({ params: { id } }) => {
      const members = new Set(world.gateways.filter((one) => one.clusterId === id).map((one) => one.id));
      return { items: events.filter((event) => members.has(event.gatewayId)) };
    },
  };
}

/** A bad night of the second kiosk, which is over. */
function seedHistory(gateways: readonly Gateway[]): GatewayEvent[] {
  const kiosk = gateways.find(({ id }) => id === 'gw-2');
  if (kiosk === undefined) return [];
  const told = [
    [
      9 * HOUR,
      'set-aside',
      'Deskhand',
      '6 of 7 of its last unattended runs failed at sign-in, session or runner start; on the other gateways 0 of 38 did.',
    ],
    [
      9 * HOUR - 5 * MINUTE,
      'canary-failed',
      'Deskhand',
      'It failed with cannot-create-session; the next one follows in 10 minutes.',
    ],
    [
      9 * HOUR - 15 * MINUTE,
      'canary-succeeded',
      'Deskhand',
      'Sign-in, session and runner start succeeded: 1 of 3 in a row.',
    ],
    [
      9 * HOUR - 16 * MINUTE,
      'canary-succeeded',
      'Deskhand',
      'Sign-in, session and runner start succeeded: 2 of 3 in a row.',
    ],
    [
      9 * HOUR - 17 * MINUTE,
      'canary-succeeded',
      'Deskhand',
      'Sign-in, session and runner start succeeded: 3 of 3 in a row.',
    ],
    [9 * HOUR - 17 * MINUTE, 'put-back', 'Deskhand', '3 canary sign-ins in a row succeeded.'],
  ] as const;
  return told
    .map(([agoMs, event, actor, detail], index) => ({
      ...{ number: index + 1, at: ago(agoMs), event, actor, detail },
      ...{ gatewayId: kiosk.id, gatewayName: kiosk.name, runId: null },
    }))
    .toReversed();
}
