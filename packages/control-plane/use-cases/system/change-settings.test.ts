import type { ClusterId } from '@deskhand/domain/brand.ts';
import { expect, test } from 'vitest';
import { settingsDefaults } from '../../ports/accounts.ts';
import type { Change } from '../../ports/changes.ts';
import { changeSettings, type SettingsChange } from './change-settings.ts';

const admin = { id: 'ada', name: 'Ada', roles: ['admin'], origin: 'portal' } as unknown as Parameters<
  typeof changeSettings
>[1];

async function heard(change: SettingsChange) {
  const published: Change[] = [];
  const woken: string[] = [];
  const kept: SettingsChange[] = [];
  const queue = { clustersWithWaitingRuns: async () => ['kiosks', 'office'] as ClusterId[] };
  const changes = { publish: (told: Change) => void published.push(told) };
  const installation = {
    changeSettings: async (given: SettingsChange) => {
      kept.push(given);
      return settingsDefaults;
    },
  };
  await changeSettings({ installation, queue, changes, wake: (id) => void woken.push(id) }, admin, change);
  return { woken, kept, published: published.map((told) => told.kind) };
}

test('S54: another number of add-ons wakes every queue in which runs wait, and its pages', async () => {
  expect(await heard({ unattendedAddOns: 3 })).toMatchObject({
    woken: ['kiosks', 'office'],
    published: ['changed', 'run-queue', 'run-queue'],
  });
});

test('another setting is told and wakes nobody; mail domains are kept in lower case', async () => {
  expect(await heard({ allowedDomains: ['Corp.Example'] })).toEqual({
    woken: [],
    published: ['changed'],
    kept: [{ allowedDomains: ['corp.example'] }],
  });
});
