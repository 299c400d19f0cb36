import type { DryRun } from '@deskhand/protocol/http/runs.ts';
import { expect, test } from 'vitest';
import { dryRunLines } from './dry-run.ts';

const offline = {
  code: 'gateway-offline',
  kind: 'availability',
  message: 'The gateway b is offline.',
  remedy: 'Check its power.',
};
const answer: DryRun = {
  outcome: 'starts',
  flow: { id: 'f', name: 'Invoices', version: 3 },
  cluster: { id: 'k', name: 'Kiosks' },
  accountName: 'robot',
  position: null,
  because: null,
  starts: null,
  members: [
    { gatewayId: 'a', name: 'a', because: null },
    { gatewayId: 'b', name: 'b', because: offline },
  ],
};

test.each<[string, Partial<DryRun>, readonly string[]]>([
  [
    'a run that would start says where, and why not elsewhere',
    {},
    [
      'Invoices, version 3, as robot would start now on a.',
      '  a: could start it now',
      '  b: The gateway b is offline. (gateway-offline)',
      'Nothing was submitted.',
    ],
  ],
  [
    'a run that would wait says at which place and what would help',
    { outcome: 'waits', position: 4, because: offline, members: [] },
    [
      'Invoices, version 3, as robot would wait on Kiosks, place 4 in the run queue.',
      'because: The gateway b is offline.',
      'try: Check its power.',
      'Nothing was submitted.',
    ],
  ],
])('%s', (_says, change, lines) => expect(dryRunLines({ ...answer, ...change }).split('\n')).toEqual(lines));
