import { expect, test } from 'vitest';
import { type Drop, dropOn, mayDrag, placeAfter, type QueueSection, type SteerRights } from './queue-drop.ts';

/** `^4 H2 N1 n3`: moved to the top with normal priority, high, normal; the number is that of the request. */
const runs = (text: string) =>
  text.split(' ').map((word) => {
    const requestNumber = Number(word.slice(1));
    const priority = word.startsWith('H') ? ('high' as const) : ('normal' as const);
    return { id: `run-${requestNumber}`, requestNumber, priority, movedToTop: word.startsWith('^') };
  });
const one = (text: string) => runs(text)[0] ?? expect.fail('no run');
const all: SteerRights = { order: null, priority: null };

test.each<readonly [string, QueueSection, Drop]>([
  ['N1', 'top', { ok: true, verb: 'moveToTop' }],
  ['^1', 'top', { ok: true, verb: 'moveToTop' }],
  ['N1', 'high', { ok: true, verb: 'setPriority', priority: 'high' }],
  ['H1', 'normal', { ok: true, verb: 'setPriority', priority: 'normal' }],
  ['^1', 'normal', { ok: true, verb: 'undoMove' }],
])('%s dropped on %s asks for what a verb can do', (run, section, drop) => {
  expect(dropOn(one(run), section, all)).toEqual(drop);
});

test('a drop that no verb can express is refused with its reason', () => {
  expect(dropOn(one('N1'), 'normal', all)).toEqual({
    ok: false,
    because: 'Runs of one priority keep the order of their requests.',
  });
  expect(dropOn(one('^1'), 'high', all)).toMatchObject({
    ok: false,
    because: expect.stringContaining('Undo its move'),
  });
});

test('without the right to steer nothing is draggable, and no drop is taken', () => {
  const none: SteerRights = { order: 'Not yours.', priority: 'Not yours.' };
  expect(mayDrag(none)).toBe(false);
  for (const section of ['top', 'high'] as const)
    expect(dropOn(one('N1'), section, none)).toEqual({ ok: false, because: 'Not yours.' });
});

test('whoever submitted a run drags it across the border of priorities, and not to the top', () => {
  const own: SteerRights = { order: 'Not yours.', priority: null };
  expect(mayDrag(own)).toBe(true);
  expect(dropOn(one('N1'), 'high', own)).toMatchObject({ ok: true });
  expect(dropOn(one('N1'), 'top', own)).toMatchObject({ ok: false });
});

test.each([
  ['N7', 'top', 1],
  ['N7', 'high', 4],
  ['H6', 'normal', 5],
  ['^9', 'normal', 6],
  ['^8', 'top', 1],
] as const)('%s dropped on %s comes to place %i by the order of the server', (run, section, place) => {
  const queue = runs('^9 ^8 H6 N4 N5 N7');
  const drop = dropOn(one(run), section, all);
  expect(drop.ok && placeAfter(queue, one(run), drop)).toBe(place);
});
