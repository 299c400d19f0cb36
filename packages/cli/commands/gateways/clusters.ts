import type { Command } from '../../command.ts';
import { list } from '../gateway-clusters/list.ts';

/** Where somebody looks who has gateways in mind; the same list as `gateway-clusters list`. */
export const clusters: Command = {
  ...list,
  name: 'gateways clusters',
  examples: ['deskhand gateways clusters', 'deskhand gateways clusters --json=name,keyFingerprint'],
};
