import { limits } from '../limits.ts';

export interface StreamedEvent {
  readonly event: string;
  readonly data: string;
}

/** No event of ours is larger; whoever sends more is cut off. */
const EVENT_CHARACTERS_MAX = 2 * limits.FRAME_BYTES_MAX;

/** Server-sent events, one after another, until the stream ends; comments are passed over. */
export async function* readEvents(stream: ReadableStream<Uint8Array>): AsyncGenerator<StreamedEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunksOf(stream)) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = parts.pop() ?? '';
    if (rest.length > EVENT_CHARACTERS_MAX) throw new Error('The server sent an event that is too large.');
    for (const part of parts) {
      const event = eventOf(part);
      if (event !== undefined) yield event;
    }
  }
}

/** Browsers cannot all iterate over a stream. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function eventOf(text: string): StreamedEvent | undefined {
  const fields = text.split('\n').map((line) => /^(event|data): ?(.*)$/.exec(line));
  const valueOf = (name: string): string | undefined => fields.find((field) => field?.[1] === name)?.[2];
  const data = valueOf('data');
  return data === undefined ? undefined : { event: valueOf('event') ?? 'message', data };
}
