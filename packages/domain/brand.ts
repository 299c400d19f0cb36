/** A string or number that only its own kind may stand for. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };

export type RunId = Brand<string, 'RunId'>;
export type DesktopFlowId = Brand<string, 'DesktopFlowId'>;
export type ConnectionId = Brand<string, 'ConnectionId'>;
export type GatewayId = Brand<string, 'GatewayId'>;
export type ClusterId = Brand<string, 'ClusterId'>;
export type AccountId = Brand<string, 'AccountId'>;

export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
