import { seesEverything } from '@deskhand/domain/account/permissions.ts';
import type { RunState } from '@deskhand/domain/run/run.ts';
import { allStates } from '@deskhand/domain/run/transitions.ts';
import type { RunFilterQuery } from '@deskhand/protocol/http/runs.ts';
import type { RunConditions } from '../../ports/runs.ts';
import { type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';

/** A filter as it was asked, within what the caller may see. */
export function conditionsOf(caller: Caller, query: RunFilterQuery): Outcome<RunConditions> {
  const states = query.state?.split(',').map((state) => state.trim());
  const unknown = states?.find((state) => !(allStates as readonly string[]).includes(state));
  if (unknown !== undefined) return refuse('invalid-request', { detail: `there is no state ${unknown}` });
  return done({
    visibleTo: seesEverything(caller.roles) ? null : caller.id,
    ...(states === undefined ? {} : { states: states as RunState[] }),
    ...(query.flow === undefined ? {} : { flowId: query.flow }),
    ...(query.connection === undefined ? {} : { connectionId: query.connection }),
    ...(query.cluster === undefined ? {} : { clusterId: query.cluster }),
    ...(query.gateway === undefined ? {} : { gatewayId: query.gateway }),
    ...(query.mode === undefined ? {} : { mode: query.mode }),
    ...(query.from === undefined ? {} : { from: new Date(query.from) }),
    ...(query.to === undefined ? {} : { to: new Date(query.to) }),
    ...(query.search === undefined || query.search === '' ? {} : { search: query.search }),
  });
}
