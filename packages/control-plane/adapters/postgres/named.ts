import type { PoolClient } from 'pg';

type Queryable = Pick<PoolClient, 'query'>;

/** Rows of a statement that each connection prepares once, under its name: the ones that every run goes through. */
export async function named<Row>(
  client: Queryable,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  const result = await client.query({ name, text, values: [...values] });
  return result.rows as Row[];
}
