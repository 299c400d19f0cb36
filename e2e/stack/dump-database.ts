/**
 * Prints every row of every table as text. Started as root it becomes the database's own account, the only one that its
 * socket admits: `dump-database.ts SERVER_DATA`.
 */
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

const host = join(process.argv[2] ?? '', 'postgres', 'socket');
const entry = readFileSync('/etc/passwd', 'utf8')
  .split('\n')
  .find((line) => line.startsWith('deskhand:'))
  ?.split(':');
if (process.getuid?.() === 0 && entry) {
  process.setgroups?.([Number(entry[3])]);
  process.setgid?.(Number(entry[3]));
  process.setuid?.(Number(entry[2]));
}
const client = new pg.Client({
  host,
  database: 'deskhand',
  user: entry && process.getuid?.() === Number(entry[2]) ? 'deskhand' : userInfo().username,
});
await client.connect();
const tables = await client.query<{ name: string }>(
  `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
);
for (const { name } of tables.rows) {
  const rows = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
  for (const { row } of rows.rows) process.stdout.write(`${name}: ${row}\n`);
}
await client.end();
