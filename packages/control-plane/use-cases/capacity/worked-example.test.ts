import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type PlanChanges, withChanges } from '@deskhand/domain/capacity-planner/changes.ts';
import { figuresOf } from '@deskhand/domain/capacity-planner/figures.ts';
import { findEnough } from '@deskhand/domain/capacity-planner/find-enough.ts';
import { enoughInWords } from '@deskhand/domain/capacity-planner/in-words.ts';
import type { ArrivingRun, Planned } from '@deskhand/domain/capacity-planner/load.ts';
import { type InSteps, playLoad } from '@deskhand/domain/capacity-planner/play-load.ts';
import { member } from '@deskhand/domain/run-queue/queue-world.ts';
import { expect, test } from 'vitest';

const MINUTE_MS = 60_000;
const EIGHT_MS = 8 * 60 * MINUTE_MS;

const runsOf = (flow: string, count: number, minutes: number): readonly ArrivingRun[] =>
  Array.from({ length: count }, () => ({
    ...{ atMs: EIGHT_MS, user: 'robot', flow, priority: 'normal', topRank: null },
    ...{ startDeadlineMs: 65 * MINUTE_MS, cancelledAfterMs: null, durationMs: minutes * MINUTE_MS },
  }));

/** The morning that docs/spread-the-load.md tells of. */
const morning: Planned = {
  cluster: {
    runOnAllGateways: true,
    selection: 'random',
    addOns: null,
    members: [member('kiosk-1', { facts: { sessionLimit: 4 } })],
  },
  load: {
    fromMs: 0,
    toMs: 24 * 60 * MINUTE_MS,
    attended: [],
    runs: [...runsOf('Invoices', 12, 10), ...runsOf('Payroll', 6, 20), ...runsOf('Stock sync', 6, 5)],
  },
};

const variants: readonly (readonly [string, PlanChanges])[] = [
  ['as it is', {}],
  ['twice the slots', { slots: 8 }],
  ['1: spread over four hours', { spreadMs: 240 * MINUTE_MS }],
  ['2: one more machine', { members: 1 }],
  ['2: three more machines', { members: 3 }],
  ['3: a connection for each flow', { accountPerFlow: true }],
  ['2 and 3: both, with one more machine', { accountPerFlow: true, members: 1 }],
];

function whole<Answer>(steps: InSteps<Answer>): Answer {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

const minutes = (ms: number): string => `${String(Math.round(ms / MINUTE_MS))} min`;

function row([name, changes]: (typeof variants)[number]): string {
  const planned = withChanges(morning, changes);
  const { missed, runs, waits } = figuresOf(planned, whole(playLoad(planned)));
  return `| ${name} | ${String(missed)} of ${String(runs)} | ${minutes(waits.p50Ms)} | ${minutes(waits.p95Ms)} |`;
}

const page = readFileSync(fileURLToPath(new URL('../../../../docs/spread-the-load.md', import.meta.url)), 'utf8');

test.each(variants)('S50, S51, S52: the worked example says what the planner says: %s', (...variant) =>
  expect(page).toContain(row(variant)),
);

test('N4: and what it says of how many machines are enough', () => {
  const said = enoughInWords(whole(findEnough(morning)));
  for (const sentence of said) expect(page.replaceAll(/\s+/g, ' ')).toContain(sentence);
});
