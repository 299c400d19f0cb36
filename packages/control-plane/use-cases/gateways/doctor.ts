import { DOCTOR_ANSWER_WAIT_MS } from '@deskhand/protocol/doctor.ts';
import type { ServerMessage } from '@deskhand/protocol/link/messages.ts';
import type { ClusterStore, GatewayRecord } from '../../ports/clusters.ts';
import type { AskedCheck, MachineCheckStore } from '../../ports/machine-checks.ts';
import { auditBy, type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';
import { newId } from '../accounts/secrets.ts';

export interface DoctorPorts {
  readonly clusters: Pick<ClusterStore, 'gatewayById'>;
  readonly checks: MachineCheckStore;
  /** Over whichever server holds the link. */
  readonly tell: (gatewayId: string, message: ServerMessage) => void;
}

export interface MachineState {
  readonly gateway: GatewayRecord;
  readonly check: AskedCheck | undefined;
}

/** An offline machine is asked nothing; whoever asks is told what to look at there (S59). */
export async function askDoctor(ports: DoctorPorts, caller: Caller, id: string): Promise<Outcome<MachineState>> {
  const gateway = await ports.clusters.gatewayById(id);
  if (!gateway) return refuse('not-found', { what: 'gateway' });
  if (!gateway.isOnline) return done({ gateway, check: await ports.checks.read(id, DOCTOR_ANSWER_WAIT_MS) });
  const question = { gatewayId: id, requestId: newId(), askedBy: caller.name, waitMs: DOCTOR_ANSWER_WAIT_MS };
  const check = await ports.checks.ask(question, auditBy(caller, 'examine', `gateway ${id}`));
  if (check === 'not-found') return refuse('not-found', { what: 'gateway' });
  if (check.requestId === question.requestId) ports.tell(id, { type: 'runDoctor', requestId: question.requestId });
  return done({ gateway, check });
}

export async function readDoctor(ports: DoctorPorts, id: string): Promise<Outcome<MachineState>> {
  const gateway = await ports.clusters.gatewayById(id);
  if (!gateway) return refuse('not-found', { what: 'gateway' });
  return done({ gateway, check: await ports.checks.read(id, DOCTOR_ANSWER_WAIT_MS) });
}

/** Its runs go on meanwhile, so nobody has to wait for them (S60). */
export async function restartGateway(ports: DoctorPorts, caller: Caller, id: string): Promise<Outcome<null>> {
  const gateway = await ports.clusters.gatewayById(id);
  if (!gateway) return refuse('not-found', { what: 'gateway' });
  if (!gateway.isOnline) return refuse('gateway-offline', { name: gateway.name });
  if (!(await ports.checks.noteRestart(id, auditBy(caller, 'restart', `gateway ${id}`))))
    return refuse('not-found', { what: 'gateway' });
  ports.tell(id, { type: 'restart' });
  return done(null);
}
