import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ClusterId, ConnectionId } from '../brand.ts';
import { type SealContext, sealContext } from './seal-context.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const anyContext: fc.Arbitrary<SealContext> = fc.record({
  clusterId: text.map((id) => id as ClusterId),
  connectionId: text.map((id) => id as ConnectionId),
  accountName: fc.oneof(text, fc.constantFrom('a\nb', 'a%0Ab', '.\\alice')),
  passwordVersion: fc.nat(),
});

test('different contexts never give one string', () => {
  fc.assert(
    fc.property(anyContext, anyContext, (one, two) => {
      expect(sealContext(one) === sealContext(two)).toBe(JSON.stringify(one) === JSON.stringify(two));
    }),
  );
});

test('the string is the same for ever, or sealed passwords could not be opened', () => {
  const context = { clusterId: 'k1' as ClusterId, connectionId: 'c1' as ConnectionId, accountName: '.\\alice' };
  expect(sealContext({ ...context, passwordVersion: 3 })).toBe('deskhand-connection\nk1\nc1\n.%5Calice\n3');
});
