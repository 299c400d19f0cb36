import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inLines } from './line-breaks.ts';

test('a text is broken between its words', () => {
  expect(inLines('Bob wants to run “Invoices”', 12)).toBe('Bob wants to\nrun\n“Invoices”');
});

test('a word that is longer than a line is broken, and no character is cut in two', () => {
  expect(inLines('ab 😀😀😀😀 c', 3)).toBe('ab\n😀😀😀\n😀 c');
});

test('no line is longer than it may be, and nothing but spaces is lost', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 80 }), (text, charactersMax) => {
      const broken = inLines(text, charactersMax);
      for (const line of broken.split('\n')) expect([...line].length).toBeLessThanOrEqual(charactersMax);
      expect(broken.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
    }),
  );
});
