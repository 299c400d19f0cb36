import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawSeeded } from '@deskhand/domain/prediction/draw-seeded.ts';
import type { Decision } from '@deskhand/domain/run-queue/decision.ts';
import { planAssignments } from '@deskhand/domain/run-queue/plan-assignments.ts';
import { member, snapshot } from '@deskhand/domain/run-queue/queue-world.ts';
import type { WhyBefore } from '@deskhand/protocol/http/replay.ts';
import { afterAll, describe, expect, test } from 'vitest';
import type { Call } from '../../command.ts';
import { CommandFailure } from '../../terminal/errors.ts';
import { whyAsText } from './why.ts';
import { whyOffline } from './why-offline.ts';

const invoices = { id: 'a', requestNumber: 4812, flow: { id: 'f', name: 'Invoices' } };
const refunds = { id: 'b', requestNumber: 4809, flow: { id: 'g', name: 'Refunds' } };
const answer: WhyBefore = {
  ...{ first: invoices, other: refunds, outcome: 'replayed' },
  message: 'Invoices 4812 stood before Refunds 4809 in the run queue: …',
  decision: {
    ...{ at: '2026-01-05T10:00:00.000Z', way: 'planned', queueVersion: 7, program: '0.1.0' },
    ...{ offeredTo: { id: 'g1', name: 'kiosk-1' }, why: 'stood-before', by: 'moved-to-top' },
    firstPlace: { topRank: 3, priority: 'normal', requestNumber: 4812 },
    otherPlace: { topRank: null, priority: 'high', requestNumber: 4809 },
    otherWaits: [
      {
        ...{ gatewayId: 'g1', name: 'kiosk-1' },
        because: { code: 'no-free-slot', kind: 'capacity', message: 'The machine is busy.', remedy: 'Wait.' },
      },
    ],
    replay: { isSame: true, message: 'The plan was made again from the stored snapshot, and is the same.' },
  },
};

test('the reason comes first, then what the decision saw of both runs, and whether the replay agrees', () => {
  expect(whyAsText(answer).split('\n')).toEqual([
    'Invoices 4812 stood before Refunds 4809 in the run queue: …',
    'decided: 2026-01-05T10:00:00.000Z, offered to kiosk-1 (version 0.1.0)',
    '  4812: moved to the top (3), normal priority, request 4812',
    '  4809: high priority, request 4809',
    'at that moment 4809 waited:',
    '  kiosk-1: The machine is busy. (no-free-slot)',
    'replay: The plan was made again from the stored snapshot, and is the same.',
  ]);
});

test('without a decision there is a sentence', () => {
  const message = 'Refunds 4809 was submitted after Invoices 4812 had been offered to a gateway.';
  expect(whyAsText({ ...answer, outcome: 'never-together', message, decision: null })).toBe(message);
});

describe('without a server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deskhand-why-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'decision.json');

  const world = snapshot({
    members: [member('kiosk-1', { capacityOverride: 1 })],
    runs: [{ user: 'alice' }, { user: 'bob', priority: 'high' }],
  });
  const { offers } = planAssignments(world, 0, drawSeeded(5));
  const outcome = { offers: offers.map((offer) => ({ ...offer, attempt: 1 })), refusals: [], leftOut: [] };
  const decision: Decision = { way: 'planned', atMs: 0, nowMs: 0, seed: 5, snapshot: world, outcome };

  function ask(content: unknown, first: string, other: string): { exit: unknown; text: string } {
    writeFileSync(file, JSON.stringify(content));
    const said: string[] = [];
    const output = { one: (value: unknown, asText: (value: unknown) => string) => said.push(asText(value)) };
    const exit = whyOffline({ arguments: [first, other], output } as unknown as Call, file);
    return { exit, text: said.join('\n') };
  }

  test('a saved decision answers by the same rules', () => {
    const { exit, text } = ask({ program: '0.1.0', decision }, 'r2', '1');
    expect(exit).toBe(0);
    expect(text.split('\n')).toEqual([
      'r2 stood before 1 in the run queue: the priority of r2 was high, and that of 1 normal.',
      'decided: 1970-01-01T00:00:00.000Z, offered to kiosk-1 (version 0.1.0)',
      '  r2: high priority, request 2',
      '  1: normal priority, request 1',
      '  kiosk-1: The machine is busy with another run. (no-free-slot)',
      'replay: the same plan',
    ]);
  });

  test('a decision that comes out otherwise says which version made it', () => {
    const other = { ...decision, snapshot: { ...world, members: [member('kiosk-1', { online: false })] } };
    expect(ask({ program: '0.0.9', decision: other }, '2', '1').text).toContain('another plan than version 0.0.9 made');
  });

  test.each([
    ['a file that is no decision', { program: '1' }, 'could not be read'],
    ['a run that it did not offer', { program: '1', decision }, 'did not offer 1'],
  ])('%s is refused', (_, content, says) => {
    expect(() => ask(content, '1', '2')).toThrow(CommandFailure);
    expect(() => ask(content, '1', '2')).toThrow(says);
  });
});
