/** Roles of people; per-object rules (owner, co-owner, user) come on top and are asked by each use case. */
export type Role = 'admin' | 'maker' | 'operator' | 'viewer';

/** Who may call a route; `public` ones prove themselves otherwise (a set-up code, an enrolment token). */
export type Permission =
  | 'public'
  | 'signed-in'
  | 'flow.create'
  | 'run.submit'
  | 'run.read'
  | 'queue.read'
  | 'queue.order'
  | 'gateway.read'
  | 'gateway.admin'
  | 'connection.use'
  | 'account.admin'
  | 'audit.read'
  | 'metrics.read'
  | 'settings.admin';

const everyone = ['signed-in', 'run.read', 'queue.read', 'gateway.read'] as const satisfies readonly Permission[];

const granted = {
  viewer: everyone,
  operator: [...everyone, 'run.submit', 'queue.order', 'metrics.read'],
  maker: [...everyone, 'flow.create', 'run.submit', 'queue.order', 'connection.use'],
  admin: [
    ...everyone,
    'flow.create',
    'run.submit',
    'queue.order',
    'connection.use',
    'gateway.admin',
    'account.admin',
    'audit.read',
    'metrics.read',
    'settings.admin',
  ],
} as const satisfies Record<Role, readonly Permission[]>;

export const allPermissions: ReadonlySet<string> = new Set<Permission>(['public', ...granted.admin]);

/** Whether roles grant a permission; no role at all may still do what every signed-in account may. */
export function mayDo(roles: readonly Role[], permission: Permission): boolean {
  if (permission === 'public' || permission === 'signed-in') return true;
  return roles.some((role) => (granted[role] as readonly Permission[]).includes(permission));
}

/** Admins and operators see and steer the runs of everybody. */
export function seesEverything(roles: readonly Role[]): boolean {
  return roles.includes('admin') || roles.includes('operator');
}
