import type { Gateway, GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import type { RunQueueView } from '@deskhand/protocol/http/runs.ts';
import { expect, test } from 'vitest';
import { clusterAsText } from './show.ts';

const cluster = {
  id: 'k',
  name: 'Kiosks',
  online: 1,
  members: 2,
  runOnAllGateways: false,
  selection: 'random',
  negotiation: 'ask-once',
  fairness: { ageing: { afterMinutes: 30 }, share: null, lanes: [{ for: 'high', slots: 1 }] },
} as unknown as GatewayCluster;

const gateway = (name: string, order: number, change: Partial<Gateway>): Gateway =>
  ({
    name,
    order,
    status: 'online',
    enabled: true,
    quarantined: false,
    maintenance: null,
    version: '0.1.0',
    health: { word: 'Online', advice: [] },
    machine: {
      policy: 'linux',
      rehearsal: null,
      slotsInUse: 1,
      sessionLimit: 2,
      sessions: [{ user: 'bob', state: 'inactive', locked: true }],
    },
    ...change,
  }) as unknown as Gateway;

const queue = {
  slots: { inUse: 1, all: 2 },
  addOns: { inUse: 1, all: 1 },
  running: [{ id: 'r1', flow: { name: 'Payroll' }, gateway: { name: 'kiosk-2' } }],
  queued: [
    {
      position: 1,
      run: { id: 'r2', flow: { name: 'Refunds' } },
      starts: null,
      because: { message: 'All unattended add-ons are in use.' },
    },
  ],
  total: 1,
} as unknown as RunQueueView;

test('S46: one cluster is shown with its members, their advice, who takes a run, what runs and why the rest waits', () => {
  const members = [
    gateway('kiosk-1', 0, {
      status: 'offline',
      machine: null,
      health: { word: 'Offline', advice: ['Check that the machine has power.'] },
    }),
    gateway('kiosk-2', 1, {}),
  ];
  expect(clusterAsText({ cluster, members, queue })).toBe(
    `Cluster      Kiosks (k)
Online       1 of 2
Slots        1 of 2 in use
Add-ons      Unattended Add-ons: 1 of 1 in use
Takes runs   Run on all gateways in cluster: off, now kiosk-2
People       asked to sign out when their session is in the way, once for each run
Fairness     A run of normal priority that has waited 30 minutes ranks among the high ones, by its request time.
Fairness     One slot of the cluster is kept for runs of high priority.
Gateway      0 kiosk-1: offline, slots unknown, policy unknown, version 0.1.0
  advice     Check that the machine has power.
Gateway      1 kiosk-2: online, 1/2 slots, linux, version 0.1.0
  sessions   bob inactive, locked
Running      Payroll r1 on kiosk-2
Waiting      1, see: deskhand queue show k
  1          Refunds r2, starts -: All unattended add-ons are in use.`,
  );
});
