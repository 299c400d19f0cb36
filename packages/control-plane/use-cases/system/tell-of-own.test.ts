import { expect, test } from 'vitest';
import { createChangeHub } from '../../adapters/postgres/change-hub.ts';
import type { Change } from '../../ports/changes.ts';
import { PEOPLE_TOLD_MAX, tellOfOwn } from './tell-of-own.ts';

/** Another server's listeners, and the longest text that went there. */
async function toldElsewhere(people: readonly string[]) {
  const heard: Change[] = [];
  let longest = 0;
  const timers = { nowMs: () => 0, every: () => () => undefined, after: () => () => undefined };
  const other = createChangeHub({ from: 'other', timers, notify: async () => true });
  other.feed.subscribe((change) => void heard.push(change));
  const here = createChangeHub({
    ...{ from: 'here', timers },
    notify: async (payloads) => {
      for (const payload of payloads) {
        longest = Math.max(longest, Buffer.byteLength(payload));
        other.onPayload(payload);
      }
      return true;
    },
  });
  tellOfOwn({ changes: here.feed }, { what: 'desktop-flow', id: 'f'.repeat(64), people });
  await here.close();
  return { heard, longest };
}
const idsOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => String(index).padStart(64, 'p'));

test('whoever may see it is named once, and as many as are named fit into a notification', async () => {
  const people = idsOf(PEOPLE_TOLD_MAX);
  const { heard, longest } = await toldElsewhere([...people, ...people]);
  expect(heard).toEqual([{ kind: 'own-changed', what: 'desktop-flow', id: 'f'.repeat(64), people }]);
  expect(longest).toBeLessThan(8_000);
});

test('of what more people share every page asks again, and nobody is told of what', async () => {
  expect((await toldElsewhere(idsOf(PEOPLE_TOLD_MAX + 1))).heard).toEqual([{ kind: 'reload' }]);
});
