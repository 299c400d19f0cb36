import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { PersonDesktop } from '../../packages/gateway/session-desktop/testing/person-session.ts';
import { processes } from './victims.ts';
import type { Person } from './people.ts';
import { waitUntil } from './wait-until.ts';

const XDOTOOL = '/usr/bin/xdotool';
const DBUS_SEND = '/usr/bin/dbus-send';
const ASK_OWNER = [
  ...['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus'],
  ...['org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.Notifications'],
];
/** No button is called that, so whoever is offered the buttons presses none. */
const NO_CHOICE = 'none of these';

/** A person who clicks on the notification that is on the screen. */
export interface AtTheScreen {
  press(label: string): Promise<void>;
  remove(): void;
  /** Opens the menu and presses nothing: the buttons of the notification, each with its title. Empty where there is none yet. */
  offered(): Promise<string>;
}

/**
 * dunst offers several buttons in a menu program of the person's choice. This one chooses what the test says, and everything
 * else is the real notification service: the click on the bubble, its menu, and the action that it reports.
 */
export async function letPersonPress(desktop: PersonDesktop, person: Person): Promise<AtTheScreen> {
  const folder = mkdtempSync('/tmp/dh-menu-');
  chmodSync(folder, 0o755);
  const [menu, choice, offered] = [`${folder}/menu`, `${folder}/choice`, `${folder}/offered`];
  writeFileSync(menu, `#!/bin/sh\ntee ${offered} | grep -m 1 -F -f ${choice}\n`, { mode: 0o755 });
  writeFileSync(offered, '');
  chmodSync(offered, 0o666);
  const rc = `[global]\n  origin = top-right\n  dmenu = ${menu}\n  mouse_left_click = do_action\n  markup = no\n`;
  writeFileSync(`${folder}/dunstrc`, rc, { mode: 0o644 });
  // Asked this way, because every other question would have the bus start a service of its own.
  const hasService = async (): Promise<boolean> =>
    (await desktop.run(DBUS_SEND, ...ASK_OWNER)).stdout.includes('boolean true');
  await waitUntil('the notification service that comes with the desktop', hasService);
  for (const one of processes()) if (one.uid === person.uid && one.command.includes('dunst')) process.kill(one.pid);
  await waitUntil('the end of that one', async () => !(await hasService()));
  await desktop.run('/bin/sh', '-c', `setsid dunst -config ${folder}/dunstrc >/dev/null 2>&1 </dev/null &`);
  await waitUntil('the person’s notification service', hasService);
  const press = async (label: string): Promise<void> => {
    writeFileSync(choice, `${label}\n`, { mode: 0o644 });
    const search = ['search', '--onlyvisible', '--class', 'dunst', 'mousemove', '--window', '%1', '20', '15'];
    await desktop.run(XDOTOOL, ...search, 'click', '1');
  };
  return {
    press,
    remove: () => rmSync(folder, { recursive: true, force: true }),
    offered: async () => {
      await press(NO_CHOICE);
      return readFileSync(offered, 'utf8');
    },
  };
}
