import { accountRoutes } from './accounts.ts';
import { capacityRoutes } from './capacity.ts';
import { connectionRoutes } from './connections.ts';
import { doctorRoutes } from './doctor.ts';
import { flowRoutes } from './flows.ts';
import { gatewayRoutes } from './gateways.ts';
import { joiningRoutes } from './joining.ts';
import { liveViewRoutes } from '../live-view.ts';
import { manyRunsRoutes } from './many-runs.ts';
import { preflightRoutes } from './preflight.ts';
import { recoveryRoutes } from './recovery.ts';
import { replayRoutes } from './replay.ts';
import { runRoutes } from './runs.ts';
import { sickMemberRoutes } from './sick-members.ts';
import { systemRoutes } from './system.ts';

/** Every address of the API by its operation's name. */
export const routes = {
  ...accountRoutes,
  ...gatewayRoutes,
  ...doctorRoutes,
  ...sickMemberRoutes,
  ...joiningRoutes,
  ...connectionRoutes,
  ...preflightRoutes,
  ...flowRoutes,
  ...runRoutes,
  ...capacityRoutes,
  ...manyRunsRoutes,
  ...liveViewRoutes,
  ...recoveryRoutes,
  ...replayRoutes,
  ...systemRoutes,
};
export type Routes = typeof routes;
export type OperationId = keyof Routes;

export const API_PREFIX = '/api/v1';
