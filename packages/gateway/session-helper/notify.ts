import { createInterface } from 'node:readline';
import type { MessageBus } from 'dbus-next';
import type { HelperNotification, HelperReport } from './helper-messages.ts';
import { shownAsText } from './shown-as-text.ts';

const NAME = 'org.freedesktop.Notifications';
const PATH = '/org/freedesktop/Notifications';
const SERVICE_WAIT_MS = 2_000;
const CALL_TIMEOUT_MS = 5_000;
const SERVICE_ASK_PAUSE_MS = 25;
const SHOWN_MS = { low: 8_000, normal: 10_000, critical: 0 } as const;
const URGENCY = { low: 0, normal: 1, critical: 2 } as const;
/** A popup with buttons stays until another one replaces it. */
const NEVER_EXPIRES = 0;

/**
 * Lives as long as the run: shows what comes in as JSON lines, each popup replacing the former one, and says on standard
 * output which button the person pressed. Ends with its standard input.
 */
export async function notify(): Promise<void> {
  const { default: dbus } = await import('dbus-next');
  const bus = dbus.sessionBus();
  bus.on('error', (error: Error) => {
    report({ type: 'failed', message: error.message });
    process.exit(1);
  });
  let shown = 0;
  let offered: readonly string[] = [];
  bus.on('message', (message) => {
    if (message.interface !== NAME || message.member !== 'ActionInvoked') return;
    const [id, action] = message.body as [number, string];
    if (id === shown && offered.includes(action)) report({ type: 'pressed', key: action });
  });
  await withTimeout(subscribe(bus));
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      const notification = JSON.parse(line) as HelperNotification;
      shown = await withTimeout(show(bus, shown, notification));
      offered = notification.buttons.map(({ key }) => key);
      report({ type: 'shown' });
    } catch (error) {
      report({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  }
  // A button that nobody hears any more would lie; a gateway that comes back shows its own.
  if (offered.length > 0) await withTimeout(take(bus, shown)).catch(() => undefined);
  bus.disconnect();
}

function report(line: HelperReport): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function withTimeout<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>(
    (_, reject) =>
      (timer = setTimeout(() => reject(new Error('the notification service does not answer')), CALL_TIMEOUT_MS)),
  );
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

async function subscribe(bus: MessageBus): Promise<void> {
  const { Message } = (await import('dbus-next')).default;
  const match = `type='signal',interface='${NAME}',member='ActionInvoked'`;
  await bus.call(
    new Message({
      destination: 'org.freedesktop.DBus',
      path: '/org/freedesktop/DBus',
      interface: 'org.freedesktop.DBus',
      member: 'AddMatch',
      signature: 's',
      body: [match],
    }),
  );
  // In a session that has just been opened the service is still starting.
  for (const end = performance.now() + SERVICE_WAIT_MS; performance.now() < end && !(await hasService(bus)); ) {
    await new Promise((resolve) => setTimeout(resolve, SERVICE_ASK_PAUSE_MS));
  }
}

async function hasService(bus: MessageBus): Promise<boolean> {
  const { Message } = (await import('dbus-next')).default;
  const reply = await bus.call(
    new Message({
      destination: 'org.freedesktop.DBus',
      path: '/org/freedesktop/DBus',
      interface: 'org.freedesktop.DBus',
      member: 'NameHasOwner',
      signature: 's',
      body: [NAME],
    }),
  );
  return reply?.body[0] === true;
}

async function take(bus: MessageBus, shown: number): Promise<void> {
  const { Message } = (await import('dbus-next')).default;
  const close = { destination: NAME, path: PATH, interface: NAME, member: 'CloseNotification' };
  await bus.call(new Message({ ...close, signature: 'u', body: [shown] }));
}

async function show(bus: MessageBus, replaces: number, notification: HelperNotification): Promise<number> {
  const { Message, Variant } = (await import('dbus-next')).default;
  const { title, body, urgency, buttons, isQuestion } = notification;
  // Asked each time, because a desktop may change its notification service under a popup that stays for minutes.
  const service = await abilitiesOf(bus);
  if (isQuestion && !service.hasButtons) throw new Error('the notification service has no buttons');
  // A title is never markup.
  const text = service.obeysMarkup ? shownAsText(body) : body;
  const actions = buttons.flatMap(({ key, label }) => [key, label]);
  const hints = { urgency: new Variant('y', URGENCY[urgency]), 'desktop-entry': new Variant('s', 'deskhand') };
  const shownMs = buttons.length > 0 ? NEVER_EXPIRES : SHOWN_MS[urgency];
  const reply = await bus.call(
    new Message({
      destination: NAME,
      path: PATH,
      interface: NAME,
      member: 'Notify',
      signature: 'susssasa{sv}i',
      body: ['Deskhand', replaces, '', title, text, actions, hints, shownMs],
    }),
  );
  return Number(reply?.body[0] ?? 0);
}

interface Abilities {
  readonly obeysMarkup: boolean;
  readonly hasButtons: boolean;
}

/** What the notification service says of itself. Of one that does not say, the harmless is taken: an `&amp;` too many. */
async function abilitiesOf(bus: MessageBus): Promise<Abilities> {
  const { Message } = (await import('dbus-next')).default;
  const ask = { destination: NAME, path: PATH, interface: NAME, member: 'GetCapabilities' };
  const reply = await bus.call(new Message(ask)).catch(() => null);
  const said: unknown = reply?.body[0];
  if (!Array.isArray(said)) return { obeysMarkup: true, hasButtons: true };
  return { obeysMarkup: said.includes('body-markup'), hasButtons: said.includes('actions') };
}
