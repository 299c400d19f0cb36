import type { Role } from '@deskhand/domain/account/permissions.ts';
import type { AccountId } from '@deskhand/domain/brand.ts';
import type { Pool } from 'pg';
import type { AccountChange, AccountRecord, AccountStore, ApiTokenRecord } from '../../ports/accounts.ts';
import { changing, writeAudit } from './audit.ts';
import { isUniqueViolation } from './fault.ts';
import { assignments, inTransaction, type Queryable, rowOf, rowsOf } from './query.ts';

interface AccountRow {
  id: string;
  name: string;
  email: string;
  password_hash: string | null;
  roles: string[];
  disabled: boolean;
  os_accounts: string[];
  created_at: Date;
  last_sign_in_at: Date | null;
}
const columns =
  'a.id, a.name, a.email, a.password_hash, a.roles, a.disabled, a.os_accounts, a.created_at, a.last_sign_in_at';

export function openAccountStore(pool: Pool): AccountStore {
  const one = async (condition: string, value: unknown): Promise<AccountRecord | undefined> => {
    const row = await rowOf<AccountRow>(pool, `select ${columns} from account a where ${condition}`, [value]);
    return row && accountFromRow(row);
  };
  return {
    list: async () =>
      (await rowsOf<AccountRow>(pool, `select ${columns} from account a order by lower(a.name)`)).map(accountFromRow),
    byId: (id) => one('a.id = $1', id),
    unknownOf: async (ids) =>
      (
        await rowsOf<{ id: string }>(
          pool,
          'select id from unnest($1::text[]) id where not exists (select 1 from account a where a.id = id.id)',
          [ids],
        )
      ).map(({ id }) => id),
    byEmail: (email) => one('lower(a.email) = lower($1)', email),
    add: async (account, audit) => {
      try {
        await changing(pool, audit, (client) => insertAccount(client, account));
        return 'added';
      } catch (error) {
        if (isUniqueViolation(error)) return 'email-taken';
        throw error;
      }
    },
    change: (id, change, audit, endSignIns) =>
      inTransaction(pool, async (client) => {
        // One change at a time, so that two admins cannot demote one another.
        await client.query('lock table account in share row exclusive mode');
        if (await losesLastAdmin(client, id, change)) return 'last-admin';
        const set = assignments(
          {
            name: change.name,
            roles: change.roles,
            disabled: change.disabled,
            os_accounts: change.osAccounts,
            password_hash: change.passwordHash,
          },
          2,
        );
        if (set.values.length > 0)
          await client.query(`update account set ${set.text} where id = $1`, [id, ...set.values]);
        const row = await rowOf<AccountRow>(client, `select ${columns} from account a where a.id = $1`, [id]);
        if (!row) return 'not-found';
        if (endSignIns) await endSignInsOf(client, id, endSignIns.except);
        if (set.values.length > 0) await writeAudit(client, audit);
        return accountFromRow(row);
      }),

    addSignIn: async ({ tokenHash, accountId, lifetimeMs, origin }, audit) => {
      await inTransaction(pool, async (client) => {
        await client.query(
          `insert into sign_in (token_hash, account_id, expires_at, origin) values ($1, $2, now() + $3 * interval '1 millisecond', $4)`,
          [tokenHash, accountId, lifetimeMs, origin],
        );
        await client.query('update account set last_sign_in_at = now() where id = $1', [accountId]);
        await client.query('delete from sign_in where expires_at < now()');
        if (audit) await writeAudit(client, audit);
      });
    },
    bySignIn: async (tokenHash) => {
      const row = await rowOf<AccountRow>(
        pool,
        `select ${columns} from sign_in s join account a on a.id = s.account_id where s.token_hash = $1 and s.expires_at > now()`,
        [tokenHash],
      );
      return row && accountFromRow(row);
    },
    byApiToken: async (tokenHash) => {
      const row = await rowOf<AccountRow & { stale: boolean; token_id: string }>(
        pool,
        `select ${columns}, t.id as token_id, (t.last_used_at is null or t.last_used_at < now() - interval '1 minute') as stale
           from api_token t join account a on a.id = t.account_id
          where t.token_hash = $1 and (t.expires_at is null or t.expires_at > now())`,
        [tokenHash],
      );
      // Noted at most once a minute: reading must not cost a write.
      if (row?.stale) await pool.query('update api_token set last_used_at = now() where id = $1', [row.token_id]);
      return row && accountFromRow(row);
    },
    endSignIn: async (tokenHash, audit) => {
      await changing(
        pool,
        audit,
        (client) => client.query('delete from sign_in where token_hash = $1', [tokenHash]),
        ({ rowCount }) => rowCount === 1,
      );
    },
    endSignInsOf: (accountId, audit) =>
      changing(
        pool,
        audit,
        async (client) => {
          if (!(await rowOf(client, 'select 1 from account where id = $1', [accountId]))) return 'not-found';
          await endSignInsOf(client, accountId, null);
          return 'ended';
        },
        (answer) => answer === 'ended',
      ),

    listTokens: async (accountId) =>
      (
        await rowsOf<TokenRow>(pool, 'select * from api_token where account_id = $1 order by created_at', [accountId])
      ).map(tokenFromRow),
    addToken: (token, audit) =>
      changing(pool, audit, async (client) => {
        const row = await rowOf<TokenRow>(
          client,
          'insert into api_token (id, token_hash, account_id, name, expires_at) values ($1, $2, $3, $4, $5) returning *',
          [token.id, token.tokenHash, token.accountId, token.name, token.expiresAt],
        );
        return tokenFromRow(row as TokenRow);
      }),
    removeToken: (accountId, id, audit) =>
      changing(
        pool,
        audit,
        async (client) =>
          ((await client.query('delete from api_token where id = $1 and account_id = $2', [id, accountId])).rowCount ??
            0) > 0,
        (removed) => removed,
      ),
  };
}

async function endSignInsOf(client: Queryable, accountId: string, except: Buffer | null): Promise<void> {
  await client.query('delete from sign_in where account_id = $1 and ($2::bytea is null or token_hash <> $2)', [
    accountId,
    except,
  ]);
}

/** Whether nobody would be left who can administer. */
async function losesLastAdmin(client: Queryable, id: string, change: AccountChange): Promise<boolean> {
  const steps = change.disabled === true || (change.roles !== undefined && !change.roles.includes('admin'));
  if (!steps) return false;
  const others = await rowOf<{ count: number }>(
    client,
    `select count(*)::int as count from account where id <> $1 and 'admin' = any(roles) and not disabled`,
    [id],
  );
  return others?.count === 0;
}

export async function insertAccount(client: Queryable, account: Parameters<AccountStore['add']>[0]): Promise<void> {
  await client.query(
    'insert into account (id, name, email, password_hash, roles, os_accounts) values ($1, $2, $3, $4, $5, $6)',
    [account.id, account.name, account.email, account.passwordHash, account.roles, account.osAccounts],
  );
}

function accountFromRow(row: AccountRow): AccountRecord {
  return {
    id: row.id as AccountId,
    name: row.name,
    email: row.email,
    passwordHash: row.password_hash,
    roles: row.roles as Role[],
    disabled: row.disabled,
    osAccounts: row.os_accounts,
    createdAt: row.created_at,
    lastSignInAt: row.last_sign_in_at,
  };
}

interface TokenRow {
  id: string;
  name: string;
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
}
const tokenFromRow = (row: TokenRow): ApiTokenRecord => ({
  id: row.id,
  name: row.name,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
});
