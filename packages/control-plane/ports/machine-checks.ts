import type { DoctorReport } from '@deskhand/protocol/doctor.ts';
import type { AttemptOf } from './gateway-links.ts';
import type { AuditFact } from './outcome.ts';

/** The newest question to a gateway; `report` is of the newest answer, which may be an older one's. */
export interface AskedCheck {
  readonly requestId: string;
  readonly askedBy: string;
  readonly askedAt: Date;
  /** `late`: nobody has answered within the time that was given. */
  readonly state: 'asked' | 'answered' | 'late';
  readonly answeredAt: Date | null;
  readonly report: DoctorReport | null;
}

export interface RunCheck {
  readonly attempt: number;
  readonly notedAt: Date;
  readonly report: DoctorReport;
}

/** What gateways found out about their machines. */
export interface MachineCheckStore {
  /** One that is open and not late stands, so that many who ask cost the machine one look; the audit names new ones. */
  ask(
    question: {
      readonly gatewayId: string;
      readonly requestId: string;
      readonly askedBy: string;
      readonly waitMs: number;
    },
    audit: AuditFact,
  ): Promise<AskedCheck | 'not-found'>;
  read(gatewayId: string, waitMs: number): Promise<AskedCheck | undefined>;
  /** Only the answer to the newest question counts, and it counts once. */
  answer(gatewayId: string, requestId: string, report: DoctorReport): Promise<boolean>;
  /** Beside the run; the first report of its attempt stays. */
  attach(of: AttemptOf, report: DoctorReport): Promise<void>;
  ofRun(runId: string): Promise<RunCheck | undefined>;
  /** Somebody asked a gateway to start anew; false for one that there is not. */
  noteRestart(gatewayId: string, audit: AuditFact): Promise<boolean>;
}
