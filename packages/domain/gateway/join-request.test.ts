import { expect, test } from 'vitest';
import { afterJoinEvent, type JoinRequestEvent, type JoinRequestState } from './join-request.ts';

const states: readonly JoinRequestState[] = ['waiting', 'answered', 'revealed', 'confirmed', 'refused'];
const events: readonly JoinRequestEvent[] = ['answer', 'reveal', 'confirm', 'refuse'];

test('a request is answered once, opened once, and only then confirmed', () => {
  const allowed = states.flatMap((state) =>
    events.flatMap((event) => {
      const next = afterJoinEvent(state, event);
      return next ? [`${state} ${event} ${next}`] : [];
    }),
  );
  expect(allowed).toEqual([
    'waiting answer answered',
    'answered reveal revealed',
    'answered refuse refused',
    'revealed confirm confirmed',
    'revealed refuse refused',
  ]);
});
