import { existsSync } from 'node:fs';
import type { MessageBus } from 'dbus-next';

/** One session as systemd-logind (or elogind) tells it. */
export interface LogindSession {
  readonly id: string;
  readonly uid: number;
  readonly user: string;
  readonly type: string;
  readonly class: string;
  readonly state: string;
  readonly active: boolean;
  readonly remote: boolean;
  readonly lockedHint: boolean;
  readonly display: string;
  readonly leader: number;
}

const SYSTEM_BUS_SOCKET = '/run/dbus/system_bus_socket';
const ANSWER_TIMEOUT_MS = 2_000;
const SESSIONS_MAX = 1_000;

/**
 * Asks logind over D-Bus itself: loginctl refuses to work unless systemd booted the machine. Nothing where no bus or no
 * logind is; a logind that does not answer in time counts as absent, because the scan of /proc still tells the sessions.
 */
export async function logindSessions(address = systemBusAddress()): Promise<readonly LogindSession[]> {
  if (address === undefined) return [];
  const { default: dbus } = await import('dbus-next');
  const bus = dbus.sessionBus({ busAddress: address });
  const failed = new Promise<never>((_, reject) => bus.on('error', reject));
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error('logind did not answer')), ANSWER_TIMEOUT_MS).unref(),
  );
  try {
    return await Promise.race([readSessions(bus), failed, late]);
  } catch {
    return [];
  } finally {
    bus.disconnect();
  }
}

/** Ends a session with its processes; false where logind is not there or would not. */
export async function terminateSession(id: string, address = systemBusAddress()): Promise<boolean> {
  if (address === undefined) return false;
  const { default: dbus } = await import('dbus-next');
  const bus = dbus.sessionBus({ busAddress: address });
  const failed = new Promise<boolean>((resolve) => bus.on('error', () => resolve(false)));
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ANSWER_TIMEOUT_MS).unref());
  const manager = 'org.freedesktop.login1.Manager';
  const ended = call(bus, '/org/freedesktop/login1', manager, 'TerminateSession', 's', [id]).then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([ended, failed, late]);
  } finally {
    bus.disconnect();
  }
}

export function systemBusAddress(): string | undefined {
  return existsSync(SYSTEM_BUS_SOCKET) ? `unix:path=${SYSTEM_BUS_SOCKET}` : undefined;
}

async function readSessions(bus: MessageBus): Promise<readonly LogindSession[]> {
  const listed = await call(bus, '/org/freedesktop/login1', 'org.freedesktop.login1.Manager', 'ListSessions', '', []);
  const sessions = ((listed?.body[0] ?? []) as [string, number, string, string, string][]).slice(0, SESSIONS_MAX);
  const read = sessions.map(async ([, , , , path]) => {
    const reply = await call(bus, path, 'org.freedesktop.DBus.Properties', 'GetAll', 's', [
      'org.freedesktop.login1.Session',
    ]);
    return reply === null ? undefined : sessionFrom(reply.body[0] as Properties);
  });
  // A session may end between the two questions.
  return (await Promise.allSettled(read)).flatMap((one) => (one.status === 'fulfilled' ? (one.value ?? []) : []));
}

type Properties = Readonly<Record<string, { readonly value: unknown } | undefined>>;

function sessionFrom(properties: Properties): LogindSession {
  const text = (name: string): string => String(properties[name]?.value ?? '');
  const yes = (name: string): boolean => properties[name]?.value === true;
  const [uid] = (properties['User']?.value ?? [0]) as [number];
  return {
    id: text('Id'),
    uid,
    user: text('Name'),
    type: text('Type'),
    class: text('Class'),
    state: text('State'),
    active: yes('Active'),
    remote: yes('Remote'),
    lockedHint: yes('LockedHint'),
    display: text('Display'),
    leader: Number(properties['Leader']?.value ?? 0),
  };
}

async function call(
  bus: MessageBus,
  path: string,
  interfaceName: string,
  member: string,
  signature: string,
  body: unknown[],
) {
  const { Message } = await import('dbus-next').then((module) => module.default);
  return bus.call(
    new Message({ destination: 'org.freedesktop.login1', path, interface: interfaceName, member, signature, body }),
  );
}
