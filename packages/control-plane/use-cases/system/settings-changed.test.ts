import type { ClusterId } from '@deskhand/domain/brand.ts';
import { expect, test } from 'vitest';
import type { Change } from '../../ports/changes.ts';
import { settingsChanged } from './settings-changed.ts';

async function heard(what: { readonly addOns: boolean }) {
  const published: Change[] = [];
  const woken: string[] = [];
  const queue = { clustersWithWaitingRuns: async () => ['kiosks', 'office'] as ClusterId[] };
  const changes = { publish: (change: Change) => void published.push(change) };
  await settingsChanged({ queue, changes, wake: (id) => void woken.push(id) }, what);
  return { woken, published: published.map((change) => change.kind) };
}

test('S54: another number of add-ons wakes every queue in which runs wait, and its pages', async () => {
  expect(await heard({ addOns: true })).toEqual({
    woken: ['kiosks', 'office'],
    published: ['changed', 'run-queue', 'run-queue'],
  });
});

test('another setting is told and wakes nobody', async () => {
  expect(await heard({ addOns: false })).toEqual({ woken: [], published: ['changed'] });
});
