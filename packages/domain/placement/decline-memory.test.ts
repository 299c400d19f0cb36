import { expect, test } from 'vitest';
import {
  declined,
  declineStands,
  nextDeclineEndMs,
  type RememberedDecline,
  rememberDecline,
} from './decline-memory.ts';

const decline = (factsVersion: number) => ({ classKey: 'k', because: declined('not now'), factsVersion });

/** Declines by the facts they were made by, one after the other; the answer is the pauses in seconds. */
function check(versions: string, expected: string): void {
  let memory: RememberedDecline | null = null;
  const pauses: number[] = [];
  for (const version of versions.split(' ')) {
    memory = rememberDecline(memory, decline(Number(version)), 1_000_000);
    expect(memory.untilMs).toBe(1_000_000 + memory.backoffMs);
    pauses.push(memory.backoffMs / 1_000);
  }
  expect(pauses.join(' ')).toBe(expected);
}

test('the pause after a decline doubles from one second to one minute', () =>
  check('1 1 1 1 1 1 1 1', '1 2 4 8 16 32 60 60'));
test('the pause begins anew when the machine’s facts have changed', () => check('1 1 1 2 2', '1 2 4 1 2'));

test('a decline stands until its pause ends', () => {
  expect(declineStands({ factsVersion: 1, untilMs: 500 }, 1, 499)).toBe(true);
  expect(declineStands({ factsVersion: 1, untilMs: 500 }, 1, 500)).toBe(false);
});

test('a decline written before the clock was set back does not stand until that time comes again', () => {
  expect(declineStands({ factsVersion: 1, untilMs: 3_660_000 }, 1, 3_600_000)).toBe(true);
  expect(declineStands({ factsVersion: 1, untilMs: 3_660_000 }, 1, 0)).toBe(false);
});

test('a decline is forgotten as soon as the facts change', () =>
  expect(declineStands({ factsVersion: 1, untilMs: 500 }, 2, 0)).toBe(false));

test('the next plan is due when the first standing decline ends', () => {
  const declines = [
    { factsVersion: 2, untilMs: 900 },
    { factsVersion: 2, untilMs: 700 },
    { factsVersion: 1, untilMs: 600 },
    { factsVersion: 2, untilMs: 100 },
  ];
  expect(nextDeclineEndMs(declines, 2, 100)).toBe(700);
  expect(nextDeclineEndMs(declines, 3, 100)).toBeNull();
});
