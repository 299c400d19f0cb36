import { expect, test } from 'vitest';
import { namesOfStep, runSteps } from './run-trace.ts';

const names = (attempt: number, step: (typeof runSteps)[number], runId = 'r1') => namesOfStep({ runId, attempt, step });

test('every step of a run is in one trace, and each but the submit follows from another of the same attempt', () => {
  const steps = runSteps.map((step) => names(1, step));
  expect(new Set(steps.map(({ traceId }) => traceId)).size).toBe(1);
  const spans = new Set(steps.map(({ spanId }) => spanId));
  expect(spans.size).toBe(runSteps.length);
  expect(steps.filter(({ parentSpanId }) => parentSpanId === undefined)).toEqual([names(1, 'submit')]);
  expect(steps.every(({ parentSpanId }) => parentSpanId === undefined || spans.has(parentSpanId))).toBe(true);
});

test('a second attempt has spans of its own below the same submit', () => {
  expect(names(2, 'offer')).toMatchObject({ parentSpanId: names(0, 'submit').spanId });
  expect(names(2, 'offer').spanId).not.toBe(names(1, 'offer').spanId);
  expect(names(2, 'acquire').parentSpanId).toBe(names(2, 'offer').spanId);
});

test('another run has another trace, and names are as long as traces want them', () => {
  expect(names(1, 'submit', 'r2').traceId).not.toBe(names(1, 'submit').traceId);
  expect(names(1, 'offer')).toEqual({
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    spanId: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
    parentSpanId: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
  });
});
