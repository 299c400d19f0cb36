/**
 * The gateway: one for each machine. It takes runs from the server over one outbound link, signs accounts in and out,
 * hands flows to runners, and answers for all of it with a journal. Absent on purpose: it never runs a flow's code
 * itself, listens on no network, and decides nothing about the order of runs.
 */
export { createGatewayCore, type GatewayCore } from './use-cases/gateway-core.ts';
export type { GatewayPorts } from './use-cases/core.ts';
export { enrol } from './use-cases/enrol.ts';
