import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { judgeLock, knownLockers, type LockObservation, type LockVerdict, type WindowSeen } from './lock-judgement.ts';
import { NoDisplay, openDisplay, type XDisplay } from './x-display.ts';

const GRABS_MAX = 3;
const GRAB_PAUSE_MS = 200;
const BUS_ANSWER_TIMEOUT_MS = 500;
const WINDOWS_MAX = 2_000;
const GRAB_SUCCESS = 0;
const ALREADY_GRABBED = 1;
const MAPPED = 2;

const opcode = {
  getWindowAttributes: 3,
  getGeometry: 14,
  queryTree: 15,
  internAtom: 16,
  getProperty: 20,
  grabKeyboard: 31,
  ungrabKeyboard: 32,
} as const;

/** Looks at the display of the environment and says whether its person has locked it. */
export async function probeLock(environment: NodeJS.ProcessEnv): Promise<LockVerdict> {
  let display: XDisplay;
  try {
    display = await openDisplay(environment);
  } catch (error) {
    if (error instanceof NoDisplay) return { access: false, locked: 'unknown', because: error.message };
    throw error;
  }
  try {
    const screensaverActive = askScreenSaver(environment['DBUS_SESSION_BUS_ADDRESS']);
    const grabs = await tryGrabs(display);
    const lockAtom = await internAtom(display, 'LOCK');
    const observation: LockObservation = {
      ...grabs,
      screen: display,
      // Looked for only when the keyboard is held: it costs a question per window.
      topmost: grabs.grabsRefused > 0 ? await topmostWindow(display) : null,
      lockers: grabs.grabsRefused > 0 ? runningLockers() : [],
      screensaverStatus: await screensaverStatus(display),
      screensaverActive: await screensaverActive,
    };
    return { access: true, ...judgeLock(observation, lockAtom) };
  } finally {
    display.close();
  }
}

const words = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4));
  return bytes;
};

async function tryGrabs(display: XDisplay): Promise<Pick<LockObservation, 'grabsRefused' | 'grabsTried'>> {
  for (let tried = 1; ; tried++) {
    const asynchronous = Buffer.from([1, 1, 0, 0]);
    const reply = await display.ask(opcode.grabKeyboard, 0, Buffer.concat([words(display.root, 0), asynchronous]));
    if (reply[1] === GRAB_SUCCESS) {
      display.tell(opcode.ungrabKeyboard, 0, words(0));
      return { grabsRefused: tried - 1, grabsTried: tried };
    }
    const refused = reply[1] === ALREADY_GRABBED;
    if (!refused || tried === GRABS_MAX) return { grabsRefused: tried, grabsTried: tried };
    await pause(GRAB_PAUSE_MS);
  }
}

/** Children come bottom first; a locker's window manages itself and lies above everything else. */
async function topmostWindow(display: XDisplay): Promise<WindowSeen | null> {
  const tree = await display.ask(opcode.queryTree, 0, words(display.root));
  const count = Math.min(tree.readUInt16LE(16), WINDOWS_MAX);
  for (let index = count - 1; index >= 0; index--) {
    const window = tree.readUInt32LE(32 + index * 4);
    try {
      const attributes = await display.ask(opcode.getWindowAttributes, 0, words(window));
      const overrideRedirect = attributes[27] === 1;
      if (attributes[26] !== MAPPED || !overrideRedirect) continue;
      const geometry = await display.ask(opcode.getGeometry, 0, words(window));
      const seen = {
        x: geometry.readInt16LE(12),
        y: geometry.readInt16LE(14),
        width: geometry.readUInt16LE(16),
        height: geometry.readUInt16LE(18),
      };
      // Popups of a notification service may lie above the locker's window and hide nothing.
      if (seen.width >= display.width && seen.height >= display.height) return seen;
    } catch {
      // The window was closed between the questions.
    }
  }
  return null;
}

async function internAtom(display: XDisplay, name: string): Promise<number | null> {
  const bytes = Buffer.alloc(4 + Math.ceil(name.length / 4) * 4);
  bytes.writeUInt16LE(name.length, 0);
  bytes.write(name, 4, 'latin1');
  const onlyIfExists = 1;
  const atom = (await display.ask(opcode.internAtom, onlyIfExists, bytes)).readUInt32LE(8);
  return atom === 0 ? null : atom;
}

async function screensaverStatus(display: XDisplay): Promise<number | null> {
  const atom = await internAtom(display, '_SCREENSAVER_STATUS');
  if (atom === null) return null;
  const reply = await display.ask(opcode.getProperty, 0, words(display.root, atom, 0, 0, 1));
  return reply.readUInt32LE(16) > 0 && reply[1] === 32 ? reply.readUInt32LE(32) : null;
}

function runningLockers(): readonly string[] {
  const own = process.getuid?.();
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const status = readFileSync(`/proc/${entry}/status`, 'utf8');
      const name = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0')[0]?.split('/').pop() ?? '';
      return Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]) === own && knownLockers.has(name) ? [name] : [];
    } catch {
      return [];
    }
  });
}

const SCREEN_SAVERS = [
  ['org.freedesktop.ScreenSaver', '/org/freedesktop/ScreenSaver'],
  ['org.gnome.ScreenSaver', '/org/gnome/ScreenSaver'],
  ['org.xfce.ScreenSaver', '/org/xfce/ScreenSaver'],
  ['org.mate.ScreenSaver', '/org/mate/ScreenSaver'],
  ['org.cinnamon.ScreenSaver', '/org/cinnamon/ScreenSaver'],
] as const;

/** True as soon as one service says so; null where no service answers. Services that do not run are not started by asking. */
async function askScreenSaver(address: string | undefined): Promise<boolean | null> {
  if (address === undefined) return null;
  const { default: dbus } = await import('dbus-next');
  const bus = dbus.sessionBus({ busAddress: address });
  const failed = new Promise<null>((resolve) => bus.on('error', () => resolve(null)));
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), BUS_ANSWER_TIMEOUT_MS));
  const ask = async ([destination, path]: (typeof SCREEN_SAVERS)[number]): Promise<boolean | null> => {
    try {
      const message = new dbus.Message({
        destination,
        path,
        interface: destination,
        member: 'GetActive',
        flags: dbus.MessageFlag.NO_AUTO_START,
      });
      return (await bus.call(message))?.body[0] === true;
    } catch {
      return null;
    }
  };
  const all = Promise.all(SCREEN_SAVERS.map(ask)).then((answers) =>
    answers.includes(true) ? true : (answers.find((one) => one !== null) ?? null),
  );
  try {
    return await Promise.race([all, failed, late]);
  } finally {
    bus.disconnect();
  }
}
