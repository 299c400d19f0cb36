import type { InstallationStore, SettingsRecord } from '@deskhand/control-plane/ports/accounts.ts';
import { settingsDefaults } from '@deskhand/control-plane/ports/accounts.ts';
import type { AuditReader } from '@deskhand/control-plane/ports/audit.ts';
import type { OverviewStore } from '@deskhand/control-plane/ports/overview.ts';
import { isInHand } from './run-table.ts';
import type { SimulatedDatabase } from './database.ts';
import { given } from './named-rows.ts';
import { newAccount } from './new-rows.ts';
import { resizeSlots } from './plan-commit.ts';
import type { InstallationRow, RunRow } from './rows.ts';
import type { StoreSession } from './server.ts';

const DAY_MS = 86_400_000;
/** Name of the ready example's flow. */
const EXAMPLE = 'Hello desktop';

export function openSimulatedInstallationStore(session: StoreSession): InstallationStore {
  const { database } = session.server;
  return {
    isClaimed: () => session.run('is-claimed', () => database.accounts.size > 0),
    setSetupCode: (setupCodeHash, lifetimeMs) =>
      session.run('set-setup-code', () =>
        change(database, { setupCodeHash, setupCodeExpiresAtMs: database.nowMs() + lifetimeMs }),
      ),
    claim: (...given) => session.run('claim', () => claim(database, ...given)),
    settings: () => session.run('settings', () => settingsOf(database)),
    changeSettings: (changed, audit) =>
      session.run('change-settings', () => {
        const settings = { ...database.installation.get('only')?.settings, ...given(changed) };
        change(database, { settings });
        if (changed.unattendedAddOns !== undefined) resizeSlots(database, changed.unattendedAddOns);
        if (Object.keys(changed).length > 0) database.addAudit(audit);
        return settingsOf(database);
      }),
  };
}

function change(database: SimulatedDatabase, changed: Partial<InstallationRow>): void {
  const row = database.installation.get('only');
  if (row !== undefined) database.installation.set('only', { ...row, ...changed });
}

const settingsOf = (database: SimulatedDatabase): SettingsRecord => ({
  ...settingsDefaults,
  ...database.installation.get('only')?.settings,
});

function claim(
  database: SimulatedDatabase,
  ...[codeHash, admin, allowedDomains, audit]: Parameters<InstallationStore['claim']>
): Awaited<ReturnType<InstallationStore['claim']>> {
  const row = database.installation.get('only');
  if (database.accounts.size > 0) return 'already-set-up';
  const isRight = row?.setupCodeHash?.equals(codeHash) === true && row.setupCodeExpiresAtMs > database.nowMs();
  if (!isRight) return 'setup-code-wrong';
  database.accounts.set(admin.id, newAccount({ ...admin, createdAtMs: database.nowMs() }));
  change(database, { setupCodeHash: null, settings: { ...row.settings, allowedDomains: [...allowedDomains] } });
  giveOwner(database, admin.id);
  database.addAudit(audit);
  return 'claimed';
}

/** What was enrolled before there was anybody becomes the first admin's, the example's account included. */
function giveOwner(database: SimulatedDatabase, ownerId: RunRow['submittedBy']): void {
  for (const row of [...database.clusters.values()])
    if (row.ownerId === null) database.clusters.set(row.id, { ...row, ownerId });
  for (const row of [...database.gateways.values()])
    if (row.ownerId === null) database.gateways.set(row.id, { ...row, ownerId });
  const osAccounts = new Set<string>();
  for (const row of [...database.connections.values()]) {
    if (row.ownerId !== null) continue;
    database.connections.set(row.id, { ...row, ownerId });
    osAccounts.add(row.accountName);
  }
  const admin = database.accounts.get(ownerId);
  if (admin !== undefined) database.accounts.set(ownerId, { ...admin, osAccounts: [...osAccounts].sort() });
}

export function openSimulatedOverviewStore(session: StoreSession): OverviewStore {
  const { database } = session.server;
  return {
    counts: (visibleTo) => session.run('overview', () => counts(database, visibleTo)),
    firstSteps: (account) =>
      session.run('first-steps', () => ({
        ranExample: database.runs.rows.some(
          (run) =>
            run.submittedBy === account &&
            run.state === 'succeeded' &&
            database.flows.get(run.flowId)?.name === EXAMPLE,
        ),
        hasOwnFlow: [...database.flows.values()].some(
          (flow) => flow.ownerId === account && flow.name !== EXAMPLE && flow.deletedAtMs === null,
        ),
        hasSignInGateway: [...database.gateways.values()].some(
          (one) => one.removedAtMs === null && one.sessionHost !== 'virtual',
        ),
      })),
  };
}

function counts(database: SimulatedDatabase, visibleTo: string | null): Awaited<ReturnType<OverviewStore['counts']>> {
  const isVisible = (run: RunRow): boolean => {
    const flow = database.flows.get(run.flowId);
    return visibleTo === null || [run.submittedBy, flow?.ownerId, ...(flow?.coOwners ?? [])].includes(visibleTo);
  };
  const visible = database.runs.rows.filter(isVisible);
  const sinceMs = database.nowMs() - DAY_MS;
  const bad = ['failed', 'timedOut', 'uncertain'];
  const gateways = [...database.gateways.values()].filter((one) => one.removedAtMs === null);
  return {
    running: visible.filter((run) => run.endedAtMs === null && isInHand(run)).length,
    waiting: visible.filter((run) => run.state === 'queued').length,
    failed24h: visible.filter((run) => bad.includes(run.state) && (run.endedAtMs ?? 0) > sinceMs).length,
    gatewaysOnline: gateways.filter((one) => one.linkedTo !== null && one.unreachableSinceMs === null).length,
    gatewaysAll: gateways.length,
  };
}

export function openSimulatedAuditReader(session: StoreSession): AuditReader {
  const { database } = session.server;
  return {
    list: ({ actor, object, before, limit }) =>
      session.run('audit', () =>
        [...database.audit.values()]
          .reverse()
          .filter((row) => (object === null || row.object === object) && (before === null || row.number < before))
          .map(({ atMs, ...row }) => ({ ...row, at: new Date(atMs), actorName: nameOf(database, row.actor) }))
          .filter((row) => actor === null || isActor(row, actor))
          .slice(0, limit),
      ),
  };
}

const nameOf = (database: SimulatedDatabase, email: string): string | null =>
  [...database.accounts.values()].find((account) => account.email.toLowerCase() === email.toLowerCase())?.name ?? null;

const isActor = (row: { readonly actor: string; readonly actorName: string | null }, part: string): boolean =>
  `${row.actor} ${row.actorName ?? ''}`.toLowerCase().includes(part.toLowerCase());
