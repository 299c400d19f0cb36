import type { MachinePolicy } from '../session/machine.ts';

/** The policy that follows from what a gateway reports: its session adapter and the name of its operating system. */
export function policyFromMachine(adapter: 'linux' | 'virtual' | 'windows', operatingSystem: string): MachinePolicy {
  if (adapter !== 'windows') return adapter;
  // Only Windows Server holds several user sessions; anything else is judged by the stricter rule.
  return /\bserver\b/i.test(operatingSystem) ? 'multi-session' : 'single-session';
}
