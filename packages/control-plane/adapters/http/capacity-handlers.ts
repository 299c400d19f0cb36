import type { capacityRoutes } from '@deskhand/protocol/http/capacity.ts';
import { hindsight, type HindsightPorts } from '../../use-cases/capacity/hindsight.ts';
import { planCapacity } from '../../use-cases/capacity/plan-capacity.ts';
import type { HandlersOf } from './handlers.ts';

export function capacityHandlers(ports: HindsightPorts): HandlersOf<typeof capacityRoutes> {
  return {
    planCapacity: ({ caller, params, body }) => planCapacity(ports, caller, params.id, body),
    getHindsight: ({ caller, params }) => hindsight(ports, caller, params.id),
  };
}
