import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import type { MenuAction } from '../../ui/action-menu.tsx';

type Reason = NonNullable<Run['because']>;

/** What can be done about a gateway from a page. */
export interface GatewayActs {
  readonly whyNot: string | null;
  readonly enable: (gateway: Gateway) => void;
  readonly endMaintenance: (gateway: Gateway) => void;
  readonly putBack: (gateway: Gateway) => void;
  readonly edit: (gateway: Gateway) => void;
  readonly check: (gateway: Gateway) => void;
}

/** The one act that answers a gateway's no; null where only a person at the machine, or time, can do something. */
export function fixOfReason({ code, kind }: Reason, gateway: Gateway, acts: GatewayActs): MenuAction | null {
  const forAdmins = { disabledReason: acts.whyNot };
  if (code === 'gateway-disabled')
    return { label: 'Enable gateway', onSelect: () => acts.enable(gateway), ...forAdmins };
  if (code === 'gateway-in-maintenance')
    return { label: 'End maintenance', onSelect: () => acts.endMaintenance(gateway), ...forAdmins };
  if (code === 'gateway-set-aside')
    return { label: 'Put back now', onSelect: () => acts.putBack(gateway), ...forAdmins };
  if (kind === 'session-rule' && gateway.policyOverride !== null)
    return { label: 'Change session policy…', onSelect: () => acts.edit(gateway), ...forAdmins };
  if (kind === 'session-rule' || kind === 'availability' || kind === 'decline')
    return { label: 'Check this machine…', onSelect: () => acts.check(gateway) };
  return null;
}
