/** Prints every row of every table as text: `dump-database.ts SERVER_DATA`. */
import { connectAsDatabaseAccount } from './database-account.ts';

const client = await connectAsDatabaseAccount(process.argv[2] ?? '');
const tables = await client.query<{ name: string }>(
  `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
);
for (const { name } of tables.rows) {
  const rows = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
  for (const { row } of rows.rows) process.stdout.write(`${name}: ${row}\n`);
}
await client.end();
