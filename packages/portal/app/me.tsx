import { mayDo, type Permission } from '@deskhand/domain/account/permissions.ts';
import type { Account } from '@deskhand/protocol/http/accounts.ts';
import { createContext, useContext } from 'react';

const MeContext = createContext<Account | null>(null);
export const MeProvider = MeContext;

/** The account that is signed in. Only pages inside the shell ask. */
export function useMe(): Account {
  const me = useContext(MeContext);
  if (!me) throw new Error('Nobody is signed in on this page.');
  return me;
}

const permissionText: Partial<Record<Permission, string>> = {
  'flow.create': 'make desktop flows',
  'run.submit': 'submit, cancel or resubmit runs',
  'queue.order': 'change the order of a run queue',
  'gateway.admin': 'change gateways and clusters',
  'connection.use': 'make connections',
  'account.admin': 'change accounts',
  'audit.read': 'read the audit log',
  'settings.admin': 'change settings',
};

/** Why the signed-in account may not do something, or null. The server asks the same table. */
export function useWhyNotAllowed(permission: Permission): string | null {
  const me = useMe();
  if (mayDo(me.roles, permission)) return null;
  const roles = me.roles.length > 0 ? me.roles.join(', ') : 'none';
  return `Your role (${roles}) may not ${permissionText[permission] ?? 'do this'}. Ask an admin for the role.`;
}
