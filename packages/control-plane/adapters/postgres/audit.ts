import type { Pool, PoolClient } from 'pg';
import type { AuditReader, AuditRecord } from '../../ports/audit.ts';
import type { AuditFact } from '../../ports/outcome.ts';
import { inTransaction, type Queryable, rowsOf } from './query.ts';

export async function writeAudit(client: Queryable, fact: AuditFact): Promise<void> {
  await client.query('insert into audit_log (actor, verb, object, detail, origin) values ($1, $2, $3, $4, $5)', [
    fact.actor,
    fact.verb,
    fact.object,
    JSON.stringify(fact.detail),
    fact.origin,
  ]);
}

/** One change and its audit row, together or not at all; a change that answers `unchanged` leaves no row. */
export async function changing<T>(
  pool: Pool,
  fact: AuditFact,
  work: (client: PoolClient) => Promise<T>,
  isChange: (answer: T) => boolean = () => true,
): Promise<T> {
  return await inTransaction(pool, async (client) => {
    const answer = await work(client);
    if (isChange(answer)) await writeAudit(client, fact);
    return answer;
  });
}

export function openAuditReader(pool: Pool): AuditReader {
  return {
    list: async ({ actor, object, before, limit }) =>
      (
        await rowsOf<Omit<AuditRecord, 'number'> & { number: string }>(
          pool,
          `select l.number, l.at, l.actor, a.name as "actorName", l.verb, l.object, l.detail, l.origin
             from audit_log l left join account a on lower(a.email) = lower(l.actor)
            where ($1::text is null or position(lower($1) in lower(concat(l.actor, ' ', a.name))) > 0)
              and ($2::text is null or l.object = $2) and ($3::bigint is null or l.number < $3)
            order by l.number desc limit $4`,
          [actor, object, before, limit],
        )
      ).map((row) => ({ ...row, number: Number(row.number) })),
  };
}
