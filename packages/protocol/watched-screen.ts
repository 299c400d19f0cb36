import type { ApiClient } from './http/client.ts';
import { readEvents } from './http/event-stream.ts';
import type { ScreenEnd, ScreenEnded, ScreenFrame } from './live-view.ts';

export type ScreenEvent =
  | { readonly type: 'frame'; readonly at: string; readonly png: string }
  | { readonly type: 'ended'; readonly because: ScreenEnd };

/** The screen of a run for as long as it may be watched; a refusal throws, and leaving the loop ends the watch. */
export async function* watchedScreen(
  api: Pick<ApiClient, 'watchScreen'>,
  runId: string,
  signal: AbortSignal,
): AsyncGenerator<ScreenEvent> {
  const stream = await api.watchScreen({ params: { id: runId }, signal });
  if (!(stream instanceof ReadableStream)) throw new Error('The server answered without a stream.');
  for await (const { event, data } of readEvents(stream)) {
    if (event === 'frame') yield { type: 'frame', ...(JSON.parse(data) as ScreenFrame) };
    if (event !== 'ended') continue;
    yield { type: 'ended', because: (JSON.parse(data) as ScreenEnded).because };
    return;
  }
}

/** Why a watch ended, as people read it. */
export const screenEndWords: Readonly<Record<ScreenEnd, string>> = {
  'run-ended': 'The run has ended.',
  'not-allowed-any-more': 'You may not watch this screen any more.',
  'no-picture': 'The gateway sent no picture. Its machine may have no screen that can be photographed.',
  'gateway-left': 'The gateway sends no more pictures.',
  'too-slow': 'Your connection took no more pictures.',
  'server-stops': 'The server stops. Another one, or the same one a moment later, shows the screen again.',
};
