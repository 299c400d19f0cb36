import {
  type CheckName,
  DOCTOR_CHECK_WAIT_MS,
  type DoctorReport,
  type MachineCheck,
} from '@deskhand/protocol/doctor.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import type { MachineProbes } from '../ports/machine-probes.ts';
import {
  check,
  type FailedRun,
  judgeCapacity,
  judgeClock,
  judgeDisk,
  judgeGateway,
  judgeLink,
  judgeNode,
  judgePam,
  judgePrograms,
  judgeServer,
  judgeSessions,
} from './machine-checks.ts';

export interface ExaminePorts {
  readonly probes: MachineProbes;
  readonly timers: Pick<Timers, 'after'>;
  readonly nowMs: () => number;
}

/** Every check of the machine, at once. One that throws or hangs is told as such, and keeps nobody from the others. */
export async function examineMachine(ports: ExaminePorts, run?: FailedRun): Promise<DoctorReport> {
  const { probes, timers, nowMs } = ports;
  const look = async <Found>(
    names: readonly CheckName[],
    probe: () => Promise<Found>,
    judge: (found: Found) => readonly MachineCheck[],
  ): Promise<readonly MachineCheck[]> => {
    try {
      return judge(await within(timers, probe()));
    } catch (error) {
      const found = `could not be found out: ${(error as Error).message}`;
      return names.map((name) => check(name, { found, fix: 'ask again; look at the log of the gateway' }));
    }
  };
  const checks = await Promise.all([
    look(['gateway'], probes.gateway, (found) => [judgeGateway(found)]),
    look(['server', 'clock'], probes.server, (found) => [judgeServer(found), judgeClock(found)]),
    look(['link'], probes.link, (found) => [judgeLink(found)]),
    look(['sessions'], probes.sessions, (found) => [judgeSessions(found, run)]),
    look(['display', 'desktop'], probes.programs, judgePrograms),
    look(['disk'], probes.disk, (found) => [judgeDisk(found)]),
    look(['pam'], probes.pam, (found) => [judgePam(found)]),
    look(['capacity'], probes.capacity, (found) => [judgeCapacity(found)]),
  ]);
  return {
    madeAt: new Date(nowMs()).toISOString(),
    version: probes.version,
    checks: [...checks.flat(), judgeNode(probes.nodeVersion)],
  };
}

async function within<T>(timers: Pick<Timers, 'after'>, answer: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const callOff = timers.after(DOCTOR_CHECK_WAIT_MS, () =>
    reject(new Error(`it did not answer within ${DOCTOR_CHECK_WAIT_MS / 1000} s.`)),
  );
  try {
    return await Promise.race([answer, promise]);
  } finally {
    callOff();
  }
}
