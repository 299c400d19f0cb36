import type { CapacityFigures, CapacityPlan } from '@deskhand/protocol/http/capacity.ts';
import { expect, test } from 'vitest';
import type { Terminal } from '../../terminal/terminal.ts';
import { planAsText } from './plan.ts';

const terminal: Terminal = {
  out: () => undefined,
  error: () => undefined,
  outIsTerminal: false,
  errorIsTerminal: false,
  width: 80,
  colour: false,
  unicode: true,
};

const figures = (change: Partial<CapacityFigures>): CapacityFigures => ({
  runs: 120,
  started: 117,
  missed: 3,
  waits: { p50Ms: 4_000, p95Ms: 600_000, maxMs: 1_800_000 },
  cancelled: 0,
  refused: 0,
  missedBecause: [],
  members: 1,
  slots: 1,
  slotsPeak: 1,
  addOns: null,
  addOnsPeak: 1,
  runOnAllGateways: false,
  bucketMs: 3_600_000,
  buckets: [],
  ...change,
});

const plan: CapacityPlan = {
  cluster: { id: 'k', name: 'Kiosks' },
  source: 'history',
  from: '2026-11-15T00:00:00.000Z',
  to: '2026-11-29T00:00:00.000Z',
  isShort: false,
  real: { runs: 118, started: 116, missed: 2, waits: { p50Ms: 5_000, p95Ms: 540_000, maxMs: 1_800_000 } },
  before: figures({}),
  after: figures({
    missed: 0,
    members: 2,
    slots: 4,
    slotsPeak: 2,
    addOns: 4,
    waits: { p50Ms: 0, p95Ms: 9_000, maxMs: 60_000 },
  }),
  enough: { isPossible: true, furtherMembers: 1, switchOn: false, addOns: 2, says: ['It takes 1 machine more.'] },
  notes: ['A further machine is one like kiosk-1.'],
};

test('N4: what really happened, the cluster as it is and with the changes stand beside one another', () => {
  expect(planAsText(terminal, plan)).toBe(
    `Kiosks: history from 2026-11-15T00:00:00.000Z to 2026-11-29T00:00:00.000Z
                 REALLY  AS IT IS        WITH THE CHANGES
machines                 1 with 1 slot   2 with 4 slots
runs             118     120             120
missed deadline  2       3               0
wait, half       5.0s    4.0s            0.0s
wait, 95 %       9m 0s   10m 0s          9.0s
wait, longest    30m 0s  30m 0s          1m 0s
slots at once            1               2
add-ons at once          1 of unlimited  1 of 4
It takes 1 machine more.
note: A further machine is one like kiosk-1.`,
  );
});

test('a load that was described has no past', () => {
  const said = planAsText(terminal, {
    ...plan,
    source: 'described',
    from: null,
    to: null,
    real: null,
    after: null,
    enough: null,
  });
  expect(said).toContain('Kiosks: a described load');
  expect(said).not.toContain('REALLY');
  expect(said).not.toContain('WITH THE CHANGES');
});
