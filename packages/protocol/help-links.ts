import type { Strategy } from '@deskhand/domain/capacity-planner/timed-out.ts';
import type { HealthWord } from '@deskhand/domain/gateway/health.ts';
import type { ErrorCode } from './errors.ts';

/** Where help stands, below the address of the portal; each page is a file of `docs/`, and a test follows each link. */
export const HELP_PREFIX = '/docs';

/** The word beside a gateway, each with the place that says what to do. */
export const healthHelp = {
  Online: `${HELP_PREFIX}/gateway/use#online`,
  Starting: `${HELP_PREFIX}/gateway/use#online`,
  Disabled: `${HELP_PREFIX}/gateway/use#disabled`,
  Maintenance: `${HELP_PREFIX}/gateway/use#maintenance`,
  Offline: `${HELP_PREFIX}/gateway/troubleshoot#offline`,
  Unreachable: `${HELP_PREFIX}/gateway/troubleshoot#offline`,
  'Set aside': `${HELP_PREFIX}/gateway/troubleshoot#set-aside`,
  Quarantined: `${HELP_PREFIX}/gateway/troubleshoot#quarantined`,
  'Needs attention': `${HELP_PREFIX}/gateway/troubleshoot#something-missing`,
} as const satisfies Record<HealthWord, string>;
/** What each answer about an account means, and who mends it. */
export const preflightHelp = `${HELP_PREFIX}/gateway/troubleshoot#accounts`;
/** Who may watch the screen of a run, and what is kept of that. */
export const liveViewHelp = `${HELP_PREFIX}/gateway/use#live-view`;
export const journalHelp = `${HELP_PREFIX}/gateway/troubleshoot#journal`;

/** The pages about gateways (S61). */
export const gatewayHelp = {
  install: `${HELP_PREFIX}/gateway/install`,
  use: `${HELP_PREFIX}/gateway/use`,
  troubleshoot: `${HELP_PREFIX}/gateway/troubleshoot`,
  windows: `${HELP_PREFIX}/windows`,
} as const;

/** The three strategies against runs that compete (S50–S52), each with its place on the page. */
export const spreadHelp = `${HELP_PREFIX}/spread-the-load`;
export const strategyHelp = {
  'spread-over-time': `${spreadHelp}#spread-runs-over-time`,
  cluster: `${spreadHelp}#share-the-load-in-a-cluster`,
  'separate-connections': `${spreadHelp}#separate-connections`,
} as const satisfies Record<Strategy, string>;
export const helpOfStrategy = (strategy: Strategy | null): string =>
  strategy === null ? spreadHelp : strategyHelp[strategy];
/** What ageing, shares and lanes do, with an example. */
export const fairnessHelp = `${HELP_PREFIX}/fairness`;

export const helpOfError = (code: ErrorCode): string => `${HELP_PREFIX}/errors#${code.toLowerCase()}`;
/** The check of `deskhand doctor` with this name. */
export const helpOfCheck = (name: string): string => `${HELP_PREFIX}/gateway/troubleshoot#check-${name}`;
