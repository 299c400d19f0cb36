import type { DoctorReport, MachineCheck } from '@deskhand/protocol/doctor.ts';
import type { GatewayCheck } from '@deskhand/protocol/http/doctor.ts';
import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import type { World } from './world.ts';

const check = (name: string, found: string, change: Partial<MachineCheck> = {}): MachineCheck => ({
  ...{ name, good: true, optional: false, found, fix: '', code: null },
  ...change,
});

/** A machine that works, with less than it could have. */
export const seedReport = (atMs: number): DoctorReport => ({
  madeAt: new Date(atMs).toISOString(),
  version: '0.1.0',
  checks: [
    check('gateway', 'process 812 runs; the service is active'),
    check('server', 'https://deskhand.example answers in 14 ms'),
    check('link', 'linked to the server'),
    check('clock', 'within 0 s of the server'),
    check('sessions', 'alice (active, of a run), payroll (active, of a run). That is the limit of 2', {
      ...{ good: false, optional: true, code: 'cannot-create-session' },
      fix: 'sign somebody out, or raise the sessions of the gateway where the machine bears it',
    }),
    check('display', 'a virtual display can be opened'),
    check('desktop', '1 missing', {
      ...{ good: false, optional: true },
      fix: 'Notifications in unattended sessions need a notification service: apt-get install -y dunst',
    }),
    check('disk', '48.2 GB free for /var/lib/deskhand-gateway, the journal has 0.4 MB'),
    check('pam', '/etc/pam.d/deskhand and all that it names are there'),
    check('capacity', '8.2 GB memory, 5.1 GB of it free, 4 cores: room for 14 sessions'),
    check('node', 'v24.1.0'),
  ],
});

const offlineSteps = [
  { name: 'power', what: 'The machine may be off, asleep or still starting.', fix: 'Look whether it has power.' },
  { name: 'network', what: 'The machine may have no way to the server.', fix: 'At the machine, open this portal.' },
  { name: 'gateway', what: 'The gateway program may not run there.', fix: 'At the machine: deskhand doctor' },
];

/** The report stands as soon as its moment has come. */
export function checkOf({ checkedAt, me }: World, gateway: Gateway): GatewayCheck {
  const atMs = checkedAt.get(gateway.id);
  const nothing = { gatewayId: gateway.id, askedAt: null, askedBy: null, answeredAt: null, report: null, advice: [] };
  if (gateway.status === 'offline') return { ...nothing, state: 'offline', advice: offlineSteps };
  if (atMs === undefined) return { ...nothing, state: 'never-asked' };
  const asked = { ...nothing, askedAt: new Date(atMs).toISOString(), askedBy: me.name };
  if (atMs > Date.now()) return { ...asked, state: 'asked' };
  return { ...asked, state: 'answered', answeredAt: new Date(atMs).toISOString(), report: seedReport(atMs) };
}
