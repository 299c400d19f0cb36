import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Role } from '../account/permissions.ts';
import { allStates } from '../run/transitions.ts';
import {
  FRAME_BYTES_PER_SECOND_MAX,
  FRAME_INTERVAL_MAX_MS,
  FRAME_INTERVAL_MIN_MS,
  nextFrameAfterMs,
} from './frame-pace.ts';
import { mayWatch } from './may-watch.ts';
import { watchingNotification, watchingSentence } from './watching-words.ts';

const running = { state: 'running', submittedBy: 'ada', isAllowedByCluster: true } as const;
const person = (id: string, ...roles: Role[]) => ({ id, roles });

describe('who may watch the screen of a run', () => {
  test.each([
    ['whoever submitted it', person('ada', 'maker'), 'yes'],
    ['whoever submitted it and has no role any more', person('ada'), 'yes'],
    ['an admin', person('root', 'admin'), 'yes'],
    ['an operator', person('otto', 'operator'), 'not-allowed'],
    ['another maker', person('mia', 'maker'), 'not-allowed'],
    ['a viewer', person('vera', 'viewer'), 'not-allowed'],
  ] as const)('%s', (_who, onlooker, answer) => {
    const may = mayWatch(onlooker, running);
    expect(may.ok ? 'yes' : may.because).toBe(answer);
  });

  test('nobody at all while the cluster does not allow it, and others do not even learn that', () => {
    const off = { ...running, isAllowedByCluster: false };
    expect(mayWatch(person('ada', 'maker'), off)).toEqual({ ok: false, because: 'live-view-off' });
    expect(mayWatch(person('root', 'admin'), off)).toEqual({ ok: false, because: 'live-view-off' });
    expect(mayWatch(person('mia', 'maker'), off)).toEqual({ ok: false, because: 'not-allowed' });
  });

  test('only while it is on a machine', () => {
    const seen = allStates.filter((state) => mayWatch(person('ada'), { ...running, state }).ok);
    expect(seen.toSorted()).toEqual(['cancelling', 'running', 'starting']);
  });
});

describe('the pace of frames', () => {
  test.each([
    ['a small frame that came at once', { tookMs: 50, bytes: 20_000 }, 500],
    ['a machine that takes its time', { tookMs: 400, bytes: 20_000 }, 1_200],
    ['a frame of two megabytes', { tookMs: 50, bytes: 2_000_000 }, 2_000],
    ['a machine that hardly answers', { tookMs: 60_000, bytes: 20_000 }, 10_000],
  ])('%s', (_what, frame, expected) => {
    expect(nextFrameAfterMs(frame)).toBe(expected);
  });

  test('is never above two frames a second, and never above the bytes a second that frames of that size may take', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(4_000_000), (tookMs, bytes) => {
        const afterMs = nextFrameAfterMs({ tookMs, bytes });
        expect(afterMs).toBeGreaterThanOrEqual(FRAME_INTERVAL_MIN_MS);
        expect(afterMs).toBeLessThanOrEqual(FRAME_INTERVAL_MAX_MS);
        expect(bytes / (afterMs / 1_000)).toBeLessThanOrEqual(FRAME_BYTES_PER_SECOND_MAX);
      }),
    );
  });
});

describe('what the person at the session reads', () => {
  test.each([
    [[], 'Nobody watches this run any more'],
    [['Ada'], 'This run is watched by Ada'],
    [['Ada', 'Root'], 'This run is watched by Ada and Root'],
    [['Ada', 'Root', 'Mia'], 'This run is watched by Ada, Root and Mia'],
    [['Ada', 'Root', 'Mia', 'Otto'], 'This run is watched by Ada, Root, Mia and one other'],
    [['Ada', 'Root', 'Mia', 'Otto', 'Vera'], 'This run is watched by Ada, Root, Mia and 2 others'],
    [['Ada\n\u202eRoot'], 'This run is watched by Ada Root'],
    [['x'.repeat(120)], `This run is watched by ${'x'.repeat(39)}…`],
  ])('%j: %s', (names, sentence) => expect(watchingSentence(names)).toBe(sentence));

  test('keeps the Stop button of an attended run', () => {
    const shown = watchingNotification(['Ada'], { flowName: 'Invoices', mode: 'attended' });
    expect(shown).toMatchObject({ title: 'This run is watched by Ada', stopButton: true });
    expect(shown.body).toContain('Invoices');
  });
});
