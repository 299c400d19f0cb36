import { randomBytes } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { type InstallationStore, type SettingsRecord, settingsDefaults } from '../../ports/accounts.ts';
import { insertAccount } from './accounts.ts';
import { changing, writeAudit } from './audit.ts';
import { inTransaction, rowOf } from './query.ts';
import { inHandCondition } from './run-queue.ts';

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

/**
 * Deals the slots out anew: each run in hand has one, whether or not there was a pool when it was offered, and what is left
 * of the new number is free. Every queue's version rises, so no plan is committed that counted the old pool. Clusters,
 * runs and slots are locked in the order in which a plan and an end lock them.
 */
async function resizeAddOns(client: PoolClient, count: number | null): Promise<void> {
  await client.query('select 1 from gateway_cluster order by id for no key update');
  await client.query('update gateway_cluster set queue_version = queue_version + 1');
  await client.query(
    `select 1 from run where mode = 'unattended' and ${inHandCondition} order by id for no key update`,
  );
  await client.query('delete from add_on_slot');
  if (count === null) return;
  await client.query(
    `insert into add_on_slot (number, run_id)
     select row_number() over (order by request_number), id from run where mode = 'unattended' and ${inHandCondition}`,
  );
  await client.query('insert into add_on_slot (number) select generate_series(1, $1) on conflict do nothing', [count]);
}
