import Type, { type Static } from 'typebox';
import { orNull } from './http/route.ts';

/**
 * What `deskhand doctor` looks at on a machine, as data: the gateway finds it, the command line prints it at the machine,
 * the portal shows it from afar, and every error that a machine can mend names its check.
 */
export const checkNames = [
  'gateway',
  'server',
  'link',
  'clock',
  'sessions',
  'display',
  'desktop',
  'disk',
  'pam',
  'capacity',
  'node',
] as const;
export type CheckName = (typeof checkNames)[number];

export const CHECKS_MAX = 32;
export const CHECK_TEXT_MAX = 1_000;
/** A gateway gives its checks so long; what has not answered by then is told as not good. */
export const DOCTOR_CHECK_WAIT_MS = 5_000;
/** After so long without a report the question counts as unanswered. */
export const DOCTOR_ANSWER_WAIT_MS = 20_000;

export const MachineCheck = Type.Object({
  /** One of `checkNames`; a gateway of a later release may know others. */
  name: Type.String({ maxLength: 40, pattern: '^[a-z][a-z-]*$' }),
  good: Type.Boolean(),
  /** Deskhand works without it, with less. */
  optional: Type.Boolean(),
  found: Type.String({ maxLength: CHECK_TEXT_MAX }),
  /** What to do; empty when it is good. */
  fix: Type.String({ maxLength: CHECK_TEXT_MAX }),
  /** The error that runs end with, or that the gateway meets, while it is not good. */
  code: orNull(Type.String({ maxLength: 200 })),
});
export type MachineCheck = Static<typeof MachineCheck>;

export const DoctorReport = Type.Object({
  /** By the machine's own clock, which may be wrong. */
  madeAt: Type.String({ maxLength: 40 }),
  version: Type.String({ maxLength: 60 }),
  checks: Type.Array(MachineCheck, { maxItems: CHECKS_MAX }),
});
export type DoctorReport = Static<typeof DoctorReport>;

/** Whether everything that Deskhand needs is as it should be. */
export const isWell = ({ checks }: DoctorReport): boolean => checks.every(({ good, optional }) => good || optional);

export const Advice = Type.Object({ name: Type.String(), what: Type.String(), fix: Type.String() });
export type Advice = Static<typeof Advice>;

/** A machine that does not answer cannot be asked: what a person looks at there, power and network first (S59). */
export const offlineAdvice: readonly Advice[] = [
  {
    name: 'power',
    what: 'The machine may be off, asleep or still starting.',
    fix: 'Look whether it has power and is awake, and switch it on.',
  },
  {
    name: 'network',
    what: 'The machine may have no way to the server: cable, wireless, VPN, proxy or firewall.',
    fix: 'At the machine, open the address of this portal; if that fails, mend its network first.',
  },
  {
    name: 'gateway',
    what: 'The gateway program may not run there.',
    fix: 'At the machine: deskhand doctor, then deskhand gateway restart',
  },
];

/** A gateway that is linked and says nothing to the question. */
export const unansweredAdvice: readonly Advice[] = [
  {
    name: 'version',
    what: 'A gateway of Deskhand 0.1.0 cannot look at its machine when asked from here.',
    fix: 'Upgrade Deskhand on the machine, or run deskhand doctor there.',
  },
  {
    name: 'busy',
    what: 'The machine may be so busy that the gateway does not come to answer.',
    fix: 'Ask again; if it stays so, restart the gateway.',
  },
];
