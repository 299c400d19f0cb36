import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChannelEvent, RunnerChannel } from '../../ports/runner-channels.ts';
import { hashOfSecret, openRunnerChannels } from './open-channel.ts';

const SECRET = 'the secret of this attempt';
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

let folder: string;
const channels: RunnerChannel[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dh-'));
});
afterEach(async () => {
  for (const channel of channels.splice(0)) await channel.close();
  rmSync(folder, { recursive: true, force: true });
});

async function openOne(uid = process.getuid?.() ?? 0) {
  const { newPlace, open } = openRunnerChannels(folder, quiet);
  const { path } = newPlace();
  const heard: ChannelEvent[] = [];
  let greeted = 0;
  const pids: number[] = [];
  const arrivals = new EventTarget();
  const tell = () => arrivals.dispatchEvent(new Event('news'));
  const channel = await open({
    path,
    secretHash: hashOfSecret(SECRET),
    runId: 'r1',
    attempt: 2,
    uid,
    gid: process.getgid?.() ?? 0,
    on: {
      hello: ({ pid }) => {
        greeted++;
        pids.push(pid);
        tell();
      },
      event: (event) => {
        heard.push(event);
        tell();
      },
    },
  });
  channels.push(channel);
  const news = async () => await new Promise((resolve) => arrivals.addEventListener('news', resolve, { once: true }));
  return { channel, path, heard, pids, greeted: () => greeted, news };
}

async function dial(path: string): Promise<Socket> {
  const socket = connect(path);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}
const closed = async (socket: Socket) => await new Promise((resolve) => socket.once('close', resolve));
const say = (socket: Socket, line: unknown) => socket.write(`${JSON.stringify(line)}\n`);
const hello = (secret = SECRET) => ({ type: 'hello', runId: 'r1', attempt: 2, secret, pid: process.pid });

test('a runner with the secret is heard, and its process is told by the kernel', async () => {
  const { path, heard, pids, news } = await openOne();
  const socket = await dial(path);
  const greeting = news();
  say(socket, hello());
  await greeting;
  const event = news();
  say(socket, { type: 'spooled', lastLogSeq: 3 });
  await event;
  expect(heard).toEqual([{ type: 'spooled', lastLogSeq: 3 }]);
  expect(pids).toEqual([process.pid]);
  socket.destroy();
});

test.each([
  ['a wrong secret', `${JSON.stringify(hello('guessed'))}\n`],
  ['an event before the hello', '{"type":"spooled","lastLogSeq":1}\n'],
  ['text that is not JSON', 'hello there\n'],
  ['an endless line', 'x'.repeat(4_200_000)],
])('%s ends the connection and nothing else', async (_what, bytes) => {
  const { path, heard, greeted, news } = await openOne();
  const bad = await dial(path);
  bad.write(bytes);
  await closed(bad);
  expect(heard).toEqual([]);
  expect(greeted()).toBe(0);
  const good = await dial(path);
  const greeting = news();
  say(good, hello());
  await greeting;
  expect(greeted()).toBe(1);
  good.destroy();
});

test('a process of another account is not heard even with the secret', async () => {
  const { path, greeted } = await openOne((process.getuid?.() ?? 0) + 1);
  const socket = await dial(path);
  say(socket, hello());
  await closed(socket);
  expect(greeted()).toBe(0);
});

test('a runner that comes back takes the place of its old connection', async () => {
  const { path, channel, news } = await openOne();
  const first = await dial(path);
  const greeting = news();
  say(first, hello());
  await greeting;
  const second = await dial(path);
  const again = news();
  say(second, hello());
  await again;
  await closed(first);
  const answer = once(second, 'data');
  expect(channel.send({ type: 'cancel', because: 'cancelled' })).toBe(true);
  expect(String((await answer)[0])).toContain('"cancel"');
  second.destroy();
});

test('the socket lies in a folder that others can pass and not list, and is not open to all', async () => {
  const { path } = await openOne();
  expect(statSync(join(path, '..')).mode & 0o777).toBe(0o711);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});
