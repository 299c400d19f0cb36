/**
 * What the programs say to one another: the API's routes, the link's messages, the runner's lines, the error table, the
 * limits, and how secrets are sealed. Declared once here and parsed at every edge. Knows no store, no socket and no
 * screen.
 */
export * from './errors.ts';
export * from './http/accounts.ts';
export * from './http/client.ts';
export * from './http/connections.ts';
export * from './http/flows.ts';
export * from './http/gateways.ts';
export * from './http/joining.ts';
export * from './http/openapi.ts';
export * from './http/route.ts';
export * from './http/routes.ts';
export * from './http/runs.ts';
export * from './http/system.ts';
export * from './join-code.ts';
export * from './limits.ts';
export * from './link/messages.ts';
export * from './runner.ts';
export * from './seal.ts';
