import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import pg from 'pg';

/** A secret that must be found nowhere, and what it is. */
export interface Canary {
  readonly what: string;
  readonly secret: string;
}

/** A text that was searched, and a word that proves that it is the right one. */
export interface Place {
  readonly name: string;
  readonly text: string;
  readonly mustHold: string;
}

/** As it is, and as a database or a careless program would write it. */
const formsOf = (secret: string): readonly string[] => {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')];
};

export function findCanaries(canaries: readonly Canary[], places: readonly Place[]): readonly string[] {
  return places.flatMap(({ name, text, mustHold }) => [
    ...(text.includes(mustHold) ? [] : [`${name} does not hold ${mustHold}, so nothing was searched`]),
    ...canaries
      .filter(({ secret }) => formsOf(secret).some((form) => text.includes(form)))
      .map(({ what }) => `${name} holds ${what}`),
  ]);
}

export const backupText = (file: string): string => gunzipSync(readFileSync(file)).toString('latin1');

/** Every row of every table. */
export async function databaseText(socketFolder: string): Promise<string> {
  const client = new pg.Client({ host: socketFolder, user: 'deskhand', database: 'deskhand' });
  await client.connect();
  const tables = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  const texts: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
    texts.push(...rows.map(({ row }) => `${name}: ${row}`));
  }
  await client.end();
  return texts.join('\n');
}
