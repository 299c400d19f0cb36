import { randomBytes } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { type InstallationStore, type SettingsRecord, settingsDefaults } from '../../ports/accounts.ts';
import { insertAccount } from './accounts.ts';
import { changing, writeAudit } from './audit.ts';
import { inTransaction, rowOf } from './query.ts';

/** Makes the installation's one row when it is missing; called once after the migrations. */
export async function ensureInstallation(pool: Pool): Promise<void> {
  await pool.query('insert into installation (epoch) values ($1) on conflict do nothing', [newEpoch()]);
}

/** Names one history of the database; a restore begins another (§7.6). */
export const newEpoch = (): string => randomBytes(12).toString('base64url');

export function openInstallationStore(pool: Pool): InstallationStore {
  return {
    isClaimed: async () =>
      (await rowOf<{ claimed: boolean }>(pool, 'select exists (select 1 from account) as claimed'))?.claimed ?? false,
    setSetupCode: async (codeHash, lifetimeMs) => {
      await pool.query(
        `update installation set setup_code_hash = $1, setup_code_expires_at = now() + $2 * interval '1 millisecond'`,
        [codeHash, lifetimeMs],
      );
    },
    claim: (codeHash, admin, allowedDomains, audit) =>
      inTransaction(pool, async (client) => {
        const row = await rowOf<{ right: boolean; claimed: boolean }>(
          client,
          `select coalesce(setup_code_hash = $1 and setup_code_expires_at > now(), false) as right, exists (select 1 from account) as claimed
             from installation for update`,
          [codeHash],
        );
        if (row?.claimed) return 'already-set-up';
        if (!row?.right) return 'setup-code-wrong';
        await insertAccount(client, admin);
        await client.query(`update installation set setup_code_hash = null, settings = settings || $1::jsonb`, [
          JSON.stringify({ allowedDomains }),
        ]);
        await giveOwner(client, admin.id);
        await writeAudit(client, audit);
        return 'claimed';
      }),
    settings: async () => settingsOf(await rowOf(pool, 'select settings from installation')),
    changeSettings: (change, audit) =>
      changing(
        pool,
        audit,
        (client) => changedSettings(client, change),
        () => Object.keys(change).length > 0,
      ),
  };
}

async function changedSettings(client: PoolClient, change: Partial<SettingsRecord>): Promise<SettingsRecord> {
  const row = await rowOf<SettingsRow>(
    client,
    'update installation set settings = settings || $1::jsonb returning settings',
    [JSON.stringify(change)],
  );
  if (change.unattendedAddOns !== undefined) await resizeAddOns(client, change.unattendedAddOns);
  return settingsOf(row);
}

interface SettingsRow {
  settings: Partial<SettingsRecord>;
}
const settingsOf = (row: SettingsRow | undefined): SettingsRecord => ({ ...settingsDefaults, ...row?.settings });

/** What was enrolled before there was anybody becomes the first admin's, the example's account included. */
async function giveOwner(client: PoolClient, adminId: string): Promise<void> {
  await client.query('update gateway_cluster set owner_id = $1 where owner_id is null', [adminId]);
  await client.query('update gateway set owner_id = $1 where owner_id is null', [adminId]);
  await client.query(
    `with given as (update connection set owner_id = $1 where owner_id is null returning account_name)
     update account set os_accounts = (select coalesce(array_agg(distinct account_name), '{}') from given) where id = $1`,
    [adminId],
  );
}

/** Slots above the new number go when their run ends; missing ones are made. Null removes the limit and every free slot. */
async function resizeAddOns(client: PoolClient, count: number | null): Promise<void> {
  await client.query('delete from add_on_slot where run_id is null and number > $1', [count ?? 0]);
  if (count !== null)
    await client.query('insert into add_on_slot (number) select generate_series(1, $1) on conflict do nothing', [
      count,
    ]);
}
