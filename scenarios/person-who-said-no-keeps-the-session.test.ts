import { expect, test } from 'vitest';
import { simulateSeed } from '../simulator/universe/simulate.ts';

/**
 * People hold sessions on machines that runs wait for, and are asked to sign out. Each says what they like, some behind a lock,
 * some never; servers, gateways and links break while they are asked. Whoever agreed is signed out, and nobody else (N10).
 */
const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
const answers = ['person answers now', 'person answers later', 'person answers no'];

test('people who are asked to sign out answer as they like, and no session ends without its person having agreed', async () => {
  const reached = new Set<string>();
  for (const seed of seeds) {
    const told = await simulateSeed({ seed, change: { asksPeople: true } });
    expect(told.failure).toBeNull();
    for (const what of told.reached) reached.add(what);
  }
  expect([...answers, 'person agreed and was signed out'].filter((what) => !reached.has(what))).toEqual([]);
});
