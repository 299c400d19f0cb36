import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { confirmLink, judgeConnect, type LinkNumbers, nextLinkNumber } from './link-number.ts';

const judge = (presented: number, numbers: LinkNumbers, isLinkOpen = false) => {
  const judgement = judgeConnect(presented, numbers, isLinkOpen);
  return judgement.verdict === 'quarantine' ? judgement.because : judgement.verdict;
};

describe('a connect', () => {
  test('the first link of a gateway is accepted', () =>
    expect(judge(0, { confirmed: 0, pending: null })).toBe('accept'));
  test('the last confirmed number is accepted', () => expect(judge(5, { confirmed: 5, pending: null })).toBe('accept'));
  test('the last confirmed number is accepted while one is pending', () =>
    expect(judge(5, { confirmed: 5, pending: 6 })).toBe('accept'));
  test('the pending number is accepted', () => expect(judge(6, { confirmed: 5, pending: 6 })).toBe('accept'));
  test('a number given out in between is accepted', () =>
    expect(judge(6, { confirmed: 5, pending: 8 })).toBe('accept'));
  test('the newer link replaces an open one', () =>
    expect(judge(5, { confirmed: 5, pending: null }, true)).toBe('replace'));
  test('an older number is a clone', () => expect(judge(4, { confirmed: 5, pending: 6 })).toBe('older-link-number'));
  test('an older number is a clone while a link is open too', () =>
    expect(judge(4, { confirmed: 5, pending: null }, true)).toBe('older-link-number'));
  test('a number that was never given out is refused', () =>
    expect(judge(7, { confirmed: 5, pending: 6 })).toBe('link-number-never-given'));
});

/** A gateway that fsyncs a number before it confirms it, and loses messages at will. */
type Fate = 'reply lost' | 'confirmation lost' | 'confirmed';

function connect(world: { gateway: number; server: LinkNumbers }, fate: Fate): string {
  const verdict = judge(world.gateway, world.server);
  const next = nextLinkNumber(world.server);
  world.server = { ...world.server, pending: next };
  if (fate !== 'reply lost') world.gateway = next;
  if (fate === 'confirmed') world.server = confirmLink(world.server, next);
  return verdict;
}

const anyFates = fc.array(fc.constantFrom<Fate>('reply lost', 'confirmation lost', 'confirmed'), { maxLength: 20 });

test('an honest gateway is never quarantined, whatever messages are lost', () => {
  fc.assert(
    fc.property(anyFates, (fates) => {
      const world = { gateway: 0, server: { confirmed: 0, pending: null } as LinkNumbers };
      for (const fate of fates) expect(connect(world, fate)).toBe('accept');
    }),
  );
});

test('a copy of the machine is found out once the original has confirmed a link since', () => {
  fc.assert(
    fc.property(anyFates, anyFates, (before, after) => {
      const world = { gateway: 0, server: { confirmed: 0, pending: null } as LinkNumbers };
      for (const fate of before) connect(world, fate);
      const copy = world.gateway;
      for (const fate of [...after, 'confirmed' as const]) connect(world, fate);
      expect(judge(copy, world.server)).toBe('older-link-number');
    }),
  );
});

test('no two links ever get one number, and confirming twice changes nothing', () => {
  const numbers = { confirmed: 5, pending: 8 };
  expect(nextLinkNumber(numbers)).toBe(9);
  expect(confirmLink(numbers, 6)).toEqual({ confirmed: 6, pending: 8 });
  expect(confirmLink(confirmLink(numbers, 8), 8)).toEqual({ confirmed: 8, pending: null });
});
