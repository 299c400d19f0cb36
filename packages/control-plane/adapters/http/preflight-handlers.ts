import { judgeMember } from '@deskhand/domain/preflight/judge-preflight.ts';
import type { Preflight, preflightRoutes } from '@deskhand/protocol/http/preflight.ts';
import { done, type Outcome } from '../../ports/outcome.ts';
import type { PreflightRecord } from '../../ports/preflights.ts';
import { boardOf } from '../../use-cases/connections/ask-members.ts';
import { beginPreflight, type PreflightPorts, readPreflight } from '../../use-cases/connections/preflight.ts';
import { type HandlersOf, isoOrNull } from './handlers.ts';

export function preflightHandlers(ports: PreflightPorts): HandlersOf<typeof preflightRoutes> {
  return {
    beginPreflight: async ({ caller, params }) => reply(await beginPreflight(ports, caller, params.id)),
    getPreflight: async ({ caller, params }) => reply(await readPreflight(ports, caller, params.id)),
  };
}

const reply = (answer: Outcome<PreflightRecord>): Outcome<Preflight> =>
  answer.ok ? done(preflightToWire(answer.value)) : answer;

function preflightToWire(record: PreflightRecord): Preflight {
  const { connectionId, round, passwordVersion, accountName, results } = record;
  const board = boardOf(record);
  return {
    connectionId,
    state: round === null ? 'never' : round.isOver ? 'over' : 'under-way',
    begunAt: isoOrNull(round?.begunAt ?? null),
    begunBy: round?.begunBy ?? null,
    passwordVersion,
    members: board.members.map((member) => {
      const result = results.find(({ gatewayId }) => gatewayId === member.gatewayId);
      return {
        gatewayId: member.gatewayId,
        gatewayName: member.name,
        ...judgeMember(board, member, accountName),
        answer: result?.answer ?? null,
        passwordVersion: result?.passwordVersion ?? null,
        answeredAt: isoOrNull(result?.answeredAt ?? null),
      };
    }),
  };
}
