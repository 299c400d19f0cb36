import type { StartOrder } from '@deskhand/protocol/link/messages.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import { afterEach, expect, test, vi } from 'vitest';
import { FakeWorld, orderOf } from '../testing/fake-world.ts';
import { WATCHES_MAX } from './watch-screen.ts';

const worlds: FakeWorld[] = [];
afterEach(() => {
  for (const world of worlds.splice(0)) world.core.stop();
});

const until = async (check: () => void) => await vi.waitFor(check, { timeout: 20_000, interval: 5 });
const attended = { mode: 'attended', sealedPassword: null } as const;

/** A gateway with a run whose flow has begun. */
async function running(change: Partial<StartOrder> = {}): Promise<FakeWorld> {
  const world = new FakeWorld();
  worlds.push(world);
  await world.core.resume();
  const order = orderOf(change);
  if (order.mode === 'attended')
    world.sessions = [
      {
        id: 's',
        user: 'alice',
        uid: 1001,
        state: 'active',
        locked: false,
        ours: false,
        runId: null,
        display: ':0',
        type: 'x11',
      },
    ];
  world.offer(order);
  await until(() => expect(world.of('acquire')).toHaveLength(1));
  world.core.handlers.message({ type: 'acquired', order });
  await until(() => expect(world.programs).toHaveLength(1));
  world.runnerStarts();
  return world;
}

const watch = (world: FakeWorld, watchers: string[], watchId = 'w1', runId = 'r1') =>
  world.core.handlers.message({
    ...{ type: 'watch', runId, attempt: 1, watchId, ticket: 't', server: 'one' },
    watchers,
  });
const stop = (world: FakeWorld, watchId = 'w1') =>
  world.core.handlers.message({ type: 'stopWatching', runId: 'r1', attempt: 1, watchId });
const lineOf = (world: FakeWorld) => world.frameLines[0]!;
const picture = (text: string): Uint8Array => new TextEncoder().encode(text);

test('nothing is looked at while nobody watches, nor before the server asks', async () => {
  const world = await running();
  expect(world.pictures.taken).toBe(0);
  watch(world, ['Ada']);
  expect(lineOf(world).watch).toMatchObject({ watchId: 'w1', ticket: 't', server: 'one' });
  expect(world.pictures.taken).toBe(0);
});

test('one frame is sent for each that is wanted, and one that shows nothing new is not sent again', async () => {
  const world = await running();
  world.screen = picture('first');
  watch(world, ['Ada']);
  const { ears, said } = lineOf(world);
  for (const [number, screen] of ['first', 'first', 'second'].entries()) {
    world.screen = picture(screen);
    ears.next();
    await until(() => expect(said).toHaveLength(number + 1));
  }
  expect(said).toEqual([picture('first'), 'same', picture('second')]);
  expect(world.pictures).toEqual({ taken: 3, open: 0, atOnce: 1 });
});

test('a picture that is too large, and one that cannot be taken, are left out', async () => {
  const world = await running();
  watch(world, ['Ada']);
  const { ears, said } = lineOf(world);
  ears.next();
  await until(() => expect(said).toEqual(['same']));
  world.screen = new Uint8Array(limits.FRAME_BYTES_MAX + 1);
  ears.next();
  await until(() => expect(said).toEqual(['same', 'same']));
});

test('the frames end with the run, and with the last person who watches', async () => {
  const world = await running();
  watch(world, ['Ada']);
  stop(world);
  expect(lineOf(world).said).toEqual(['not-watched']);
  watch(world, ['Root'], 'w2');
  world.runnerEnds();
  await until(() => expect(world.of('result')).toHaveLength(1));
  world.frameLines[1]?.ears.next();
  await until(() => expect(world.frameLines[1]?.said).toEqual(['run-over']));
});

test('a run that is not here is watched by nobody, and no more are than there is room for', async () => {
  const world = await running();
  watch(world, ['Ada'], 'w0', 'r9');
  for (let number = 0; number < WATCHES_MAX + 5; number += 1) watch(world, ['Ada'], `w${number}`);
  expect(world.frameLines).toHaveLength(WATCHES_MAX);
});

test('whoever sits at an attended session is told who watches and when nobody does any more, and can stop the flow', async () => {
  const world = await running(attended);
  watch(world, ['Ada']);
  await until(() =>
    expect(world.popups.at(-1)).toMatchObject({ title: 'This run is watched by Ada', stopButton: true }),
  );
  watch(world, ['Ada', 'Root']);
  await until(() => expect(world.popups.at(-1)?.title).toBe('This run is watched by Ada and Root'));
  stop(world);
  await until(() => expect(world.popups.at(-1)?.title).toBe('Nobody watches this run any more'));
});

test('that is told even where the connection shows no popups, and before the first frame', async () => {
  const world = await running({ ...attended, notifications: false });
  expect(world.popups).toEqual([]);
  world.screen = picture('first');
  watch(world, ['Ada']);
  lineOf(world).ears.next();
  await until(() => expect(lineOf(world).said).toHaveLength(1));
  expect(world.popups.map((popup) => popup.title)).toEqual(['This run is watched by Ada']);
});

test('a session that nobody sees is told nothing', async () => {
  const world = await running({ notifications: false });
  watch(world, ['Ada']);
  stop(world);
  expect(world.popups).toEqual([]);
});
