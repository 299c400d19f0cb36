import type { Pool, PoolClient } from 'pg';
import { isRetryable, isUnanswered } from './fault.ts';

/** A transaction that lost against another one is tried again as a whole. */
const TRANSACTION_TRIES_MAX = 3;

export type Queryable = Pick<PoolClient, 'query'>;

/** Rows of one parameterised statement; `Row` is what its select list promises. */
export async function rowsOf<Row>(
  client: Queryable,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const result = await client.query(text, [...values]);
  return result.rows as Row[];
}

export async function rowOf<Row>(
  client: Queryable,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row | undefined> {
  return (await rowsOf<Row>(client, text, values))[0];
}

/** Commits when `work` resolves, rolls back when it throws. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return await retried(() => once(pool, work));
}

export async function retried<T>(transaction: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (!isRetryable(error) || tries === TRANSACTION_TRIES_MAX) throw error;
    }
  }
}

async function once<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const value = await work(client);
    await client.query('commit');
    return value;
  } catch (error) {
    broken = isUnanswered(error) ? (error as Error) : await rolledBack(client);
    throw error;
  } finally {
    // A client that could not roll back must not serve anybody else.
    client.release(broken);
  }
}

async function rolledBack(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('rollback');
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** `set a = $2, b = $3` for the given columns; undefined values are left out. */
export function assignments(
  columns: Readonly<Record<string, unknown>>,
  firstPlace: number,
): { readonly text: string; readonly values: readonly unknown[] } {
  const given = Object.entries(columns).filter(([, value]) => value !== undefined);
  return {
    text: given.map(([name], i) => `${name} = $${firstPlace + i}`).join(', '),
    values: given.map(([, value]) => value),
  };
}
