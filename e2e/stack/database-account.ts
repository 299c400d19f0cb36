import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/**
 * A program of its own that was started as root becomes the database's own account here, the only one that the socket of an
 * embedded database admits. It cannot go back.
 */
export async function connectAsDatabaseAccount(serverData: string): Promise<pg.Client> {
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
    host: join(serverData, 'postgres', 'socket'),
    database: 'deskhand',
    user: entry && process.getuid?.() === Number(entry[2]) ? 'deskhand' : userInfo().username,
  });
  await client.connect();
  return client;
}
