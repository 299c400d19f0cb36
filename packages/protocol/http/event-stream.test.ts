import { expect, test } from 'vitest';
import { limits } from '../limits.ts';
import { readEvents } from './event-stream.ts';

const streamOf = (...texts: readonly string[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: (controller) => {
      for (const text of texts) controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });

async function allOf(...texts: readonly string[]) {
  const events = [];
  for await (const event of readEvents(streamOf(...texts))) events.push(event);
  return events;
}

test('events are read however they are cut, and comments and what is not finished are passed over', async () => {
  const text = 'retry: 2000\n\n: watched\n\nevent: frame\ndata: {"at":"ä"}\n\ndata: plain\n\nevent: half\ndata: 1';
  const expected = [
    { event: 'frame', data: '{"at":"ä"}' },
    { event: 'message', data: 'plain' },
  ];
  expect(await allOf(text)).toEqual(expected);
  expect(await allOf(...text)).toEqual(expected);
});

test('an event without end is not kept', async () => {
  await expect(allOf('data: ', 'x'.repeat(2 * limits.FRAME_BYTES_MAX + 1))).rejects.toThrow('too large');
});
