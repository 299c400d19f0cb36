import { offlineAdvice, unansweredAdvice } from '@deskhand/protocol/doctor.ts';
import type { doctorRoutes, GatewayCheck } from '@deskhand/protocol/http/doctor.ts';
import { done, type Outcome } from '../../ports/outcome.ts';
import {
  askDoctor,
  type DoctorPorts,
  type MachineState,
  readDoctor,
  restartGateway,
} from '../../use-cases/gateways/doctor.ts';
import type { RunUseCases } from '../../use-cases/runs/create-run-use-cases.ts';
import { type HandlersOf, isoOrNull } from './handlers.ts';

export function doctorHandlers(ports: DoctorPorts, runs: Pick<RunUseCases, 'get'>): HandlersOf<typeof doctorRoutes> {
  return {
    askDoctor: async ({ caller, params }) => checkReply(await askDoctor(ports, caller, params.id)),
    getDoctor: async ({ params }) => checkReply(await readDoctor(ports, params.id)),
    restartGateway: async ({ caller, params }) => {
      const answer = await restartGateway(ports, caller, params.id);
      return answer.ok ? done({ gatewayId: params.id }) : answer;
    },
    getRunMachineCheck: async ({ caller, params }) => {
      const run = await runs.get(caller, params.id);
      if (!run.ok) return run;
      const found = await ports.checks.ofRun(params.id);
      return done({
        attempt: found?.attempt ?? null,
        notedAt: isoOrNull(found?.notedAt ?? null),
        report: found?.report ?? null,
      });
    },
  };
}

const checkReply = (answer: Outcome<MachineState>): Outcome<GatewayCheck> =>
  answer.ok ? done(checkToWire(answer.value)) : answer;

function checkToWire({ gateway, check }: MachineState): GatewayCheck {
  const state = stateOf(gateway.isOnline, check);
  return {
    gatewayId: gateway.id,
    state,
    askedAt: isoOrNull(check?.askedAt ?? null),
    askedBy: check?.askedBy ?? null,
    answeredAt: isoOrNull(check?.answeredAt ?? null),
    report: check?.report ?? null,
    advice: state === 'offline' ? [...offlineAdvice] : state === 'unanswered' ? [...unansweredAdvice] : [],
  };
}

function stateOf(isOnline: boolean, check: MachineState['check']): GatewayCheck['state'] {
  if (!isOnline) return 'offline';
  if (check === undefined) return 'never-asked';
  return check.state === 'late' ? 'unanswered' : check.state;
}
