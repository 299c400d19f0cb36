import { once } from 'node:events';
import { userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { openDoor } from './door.ts';
import type { Entrance } from './entrance.ts';

const { username, uid, gid, homedir } = userInfo();
const entrance: Entrance = {
  account: { user: username, uid, gid, home: homedir, shell: '/bin/sh' },
  cgroup: '',
  changeUser: false,
  limits: [],
  environment: { DESKHAND_SESSION: 'a-1' },
};
const doorWith = (script: string) => openDoor(entrance, script, ['pipe', 'pipe', 'ignore']);

async function said(door: ReturnType<typeof doorWith>): Promise<string> {
  let text = '';
  for await (const chunk of door.child.stdout ?? []) text += String(chunk);
  return text;
}

test('whoever is let in finds the variables as they are, and then what is meant for the script', async () => {
  const door = doorWith(
    'read -r line; printf "%s|" "$WEIRD" "$HOME" "$DESKHAND_SESSION" "$line"; env | grep -c "^WEIRD="',
  );
  door.letIn({ WEIRD: `a 'b' "$(id)" \\n \`x\``, HOME: '/', DESKHAND_SESSION: 'a-1' }, 'to the script');
  expect(await said(door)).toBe(`a 'b' "$(id)" \\n \`x\`|/|a-1|to the script|1\n`);
});

test('a variable of several lines cannot pass for another one', async () => {
  const door = doorWith('printf "%s|" "$PATH" "$AFTER"');
  door.letIn({ PATH: '/usr/bin:/bin', EVIL: 'x\nPATH=/tmp', AFTER: 'yes' });
  expect(await said(door)).toBe('/usr/bin:/bin|yes|');
});

test('nobody gets in without being let in: a gateway that has gone closes the door', async () => {
  const door = doorWith('echo inside');
  const gone = once(door.child, 'exit');
  door.child.stdin?.end();
  expect(await said(door)).toBe('');
  expect(await gone).toEqual([0, null]);
});

test('a closed door runs nothing, and closing it twice or after somebody went through harms nobody', async () => {
  const closed = doorWith('echo inside');
  closed.close();
  closed.close();
  expect(await said(closed)).toBe('');
  expect(closed.isOpen()).toBe(false);
  const used = doorWith('read -r line; echo "$line"');
  used.letIn({}, 'went through');
  used.close();
  expect(await said(used)).toBe('went through\n');
});
