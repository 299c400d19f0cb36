import type { ErrorCode } from './errors.ts';

/** Where help stands, below the address of the portal; each page is a file of `docs/`, and a test follows each link. */
export const HELP_PREFIX = '/docs';

/** What a gateway can look like to people, each with the place that says what to do. */
export const gatewayStatusHelp = {
  online: `${HELP_PREFIX}/gateway/use#online`,
  offline: `${HELP_PREFIX}/gateway/troubleshoot#offline`,
  disabled: `${HELP_PREFIX}/gateway/use#disabled`,
  quarantined: `${HELP_PREFIX}/gateway/troubleshoot#quarantined`,
  'journal-fault': `${HELP_PREFIX}/gateway/troubleshoot#journal`,
  'something-missing': `${HELP_PREFIX}/gateway/troubleshoot#something-missing`,
} as const;
export type GatewayStatus = keyof typeof gatewayStatusHelp;

/** The pages about gateways (S61). */
export const gatewayHelp = {
  install: `${HELP_PREFIX}/gateway/install`,
  use: `${HELP_PREFIX}/gateway/use`,
  troubleshoot: `${HELP_PREFIX}/gateway/troubleshoot`,
  windows: `${HELP_PREFIX}/windows`,
} as const;

export const helpOfError = (code: ErrorCode): string => `${HELP_PREFIX}/errors#${code.toLowerCase()}`;
/** The check of `deskhand doctor` with this name. */
export const helpOfCheck = (name: string): string => `${HELP_PREFIX}/gateway/troubleshoot#check-${name}`;

interface StatusFacts {
  readonly status: 'online' | 'offline';
  readonly enabled: boolean;
  readonly quarantined: boolean;
}

/** The word that stands beside a gateway: the worst that is true of it. */
export function gatewayStatus({ status, enabled, quarantined }: StatusFacts): GatewayStatus {
  if (quarantined) return 'quarantined';
  if (status === 'offline') return 'offline';
  return enabled ? 'online' : 'disabled';
}
