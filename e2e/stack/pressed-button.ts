import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import type { PersonDesktop } from '../../packages/gateway/session-desktop/testing/person-session.ts';
import { processes } from './victims.ts';
import type { Person } from './people.ts';
import { waitUntil } from './wait-until.ts';

const XDOTOOL = '/usr/bin/xdotool';

/**
 * dunst offers several buttons in a menu program of the person's choice. This one chooses what the test says, and everything
 * else is the real notification service: the click on the bubble, its menu, and the action that it reports.
 */
export async function letPersonPress(
  desktop: PersonDesktop,
  person: Person,
): Promise<(label: string) => Promise<void>> {
  const folder = mkdtempSync('/tmp/dh-menu-');
  chmodSync(folder, 0o755);
  const menu = `${folder}/menu`;
  writeFileSync(menu, `#!/bin/sh\ngrep -m 1 -F -f ${folder}/choice\n`, { mode: 0o755 });
  const rc = `[global]\n  origin = top-right\n  dmenu = ${menu}\n  mouse_left_click = do_action\n  markup = no\n`;
  writeFileSync(`${folder}/dunstrc`, rc, { mode: 0o644 });
  for (const one of processes()) if (one.uid === person.uid && one.command.includes('dunst')) process.kill(one.pid);
  await desktop.run('/bin/sh', '-c', `setsid dunst -config ${folder}/dunstrc >/dev/null 2>&1 </dev/null &`);
  await waitUntil('the person’s notification service', async () => {
    const answer = await desktop.run('/usr/bin/dunstctl', 'is-paused');
    return answer.code === 0 || undefined;
  });
  return async (label) => {
    writeFileSync(`${folder}/choice`, `${label}\n`, { mode: 0o644 });
    const search = ['search', '--onlyvisible', '--class', 'dunst', 'mousemove', '--window', '%1', '20', '15'];
    await desktop.run(XDOTOOL, ...search, 'click', '1');
  };
}
