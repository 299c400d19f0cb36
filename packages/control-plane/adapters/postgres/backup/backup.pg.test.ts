import { randomBytes } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRunWorld, logLine, type RunWorld, succeeded } from '../../../testing/run-world.ts';
import { type TestDatabase, withTestDatabase } from '../../../testing/test-database.ts';
import { checkBackup, restoreBackup } from './restore-backup.ts';
import { writeBackup } from './write-backup.ts';

let world: RunWorld;
let target: TestDatabase;
beforeEach(async () => {
  world = await createRunWorld();
  target = await withTestDatabase(1);
});
afterEach(async () => {
  await world.close();
  await target.close();
});

async function backup(onTable: (name: string) => void = () => undefined): Promise<Buffer> {
  const out = new PassThrough();
  const [pieces] = await Promise.all([
    out.toArray(),
    writeBackup({ connectionConfig: world.database.connectionConfig, version: '1.2.3', out, onTable }),
  ]);
  return Buffer.concat(pieces as Buffer[]);
}
const restore = (file: Buffer, replaces = false) =>
  restoreBackup({ database: target, open: () => Readable.from([file]), replaces, onTable: () => undefined });
const check = (file: Buffer) => checkBackup(Readable.from([file]));

/** Every row of a table as text, but for what a restore changes by its nature. */
async function rows(database: TestDatabase, table: string): Promise<readonly string[]> {
  const { rows: found } = await database.pool.query<{ row: string }>(
    `select t::text as row from ${table} t order by 1`,
  );
  return found.map(({ row }) => row);
}

async function someHistory(): Promise<void> {
  const link = await world.linkUp('g1');
  const run = await world.submit({ inputs: {} });
  const attempt = await world.start(link, run);
  const lines = [logLine(1), { ...logLine(2), message: 'tab\\t, line\nfeed, back\\slash, \\. and ünïcode' }];
  await world.say(link, { type: 'log', runId: run.id, attempt, lines });
  const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(2_000)]).toString('base64');
  await world.say(link, { type: 'screenshot', runId: run.id, attempt, number: 1, caption: 'x', png });
  await world.say(link, succeeded(run.id, attempt));
  await world.submit({ user: 'user2' });
  await world.settled();
}

describe('a backup', () => {
  test('gives every table back as it was, and goes on counting where the old one stopped', async () => {
    await someHistory();
    const manifest = await restore(await backup());
    for (const table of ['run', 'run_log', 'run_screenshot', 'run_event', 'connection', 'desktop_flow_version'])
      expect(await rows(target, table)).toEqual(await rows(world.database, table));
    expect(manifest).toMatchObject({ deskhand: '1.2.3', epoch: 'epoch', tables: { run: 2, run_log: 2 } });
    const next = `select nextval('run_request_number') as number`;
    const [before, after] = await Promise.all([world.database.pool.query(next), target.pool.query(next)]);
    expect(after.rows).toEqual(before.rows);
    await target.pool.query(
      `insert into run_event (run_id, attempt, event, detail, actor) select id, 1, 'x', '', 'x' from run limit 1`,
    );
  });

  test('is of one moment: what is submitted while it is written is not in it', async () => {
    await someHistory();
    const submitted: Promise<unknown>[] = [];
    const file = await backup(() => void submitted.push(world.submit({ user: 'user3' })));
    await Promise.all(submitted);
    expect((await restore(file)).tables['run']).toBe(2);
  });

  test('makes a new epoch, awaits the journal of every gateway, and ends every sign-in', async () => {
    await someHistory();
    const pool = world.database.pool;
    await pool.query(
      `insert into sign_in (token_hash, account_id, expires_at, origin) values ('\\x01', 'alice', now() + interval '1 day', 'test')`,
    );
    await restore(await backup());
    const { rows: found } = await target.pool.query(
      `select i.epoch <> 'epoch' as renewed, i.former_epochs, i.recovery->>'because' as because, g.linked_to,
        g.journal_awaited_since is not null as awaited, (select count(*)::int from sign_in) as sign_ins
        from installation i, gateway g`,
    );
    expect(found).toEqual([
      { renewed: true, former_epochs: ['epoch'], because: 'restored', linked_to: null, awaited: true, sign_ins: 0 },
    ]);
  });

  test('replaces a database that holds something only when that was confirmed', async () => {
    await someHistory();
    const file = await backup();
    await restore(file);
    await target.pool.query(`update account set name = 'Changed since'`);
    await expect(restore(file)).rejects.toMatchObject({ code: 'restore-not-empty', values: { accounts: 1, runs: 2 } });
    await restore(file, true);
    expect(await rows(target, 'account')).toEqual(await rows(world.database, 'account'));
  });

  test('is not restored under a server that is at work', async () => {
    const other = await withTestDatabase(2);
    try {
      const file = await backup();
      const client = await other.pool.connect();
      const refused = restoreBackup({
        database: other,
        open: () => Readable.from([file]),
        replaces: true,
        onTable: () => undefined,
      });
      await expect(refused).rejects.toMatchObject({ code: 'restore-server-running' });
      client.release();
    } finally {
      await other.close();
    }
  });
});

describe('a damaged file', () => {
  test.each([
    ['cut off', (file: Buffer) => file.subarray(0, file.length - 30)],
    ['changed in one bit', (file: Buffer) => flipped(file, Math.floor(file.length / 2))],
    ['empty', () => Buffer.alloc(0)],
    ['something else', () => Buffer.from('hello')],
  ])('that is %s is refused before anything is touched', async (_, damage) => {
    await someHistory();
    await restore(await backup());
    const before = await rows(target, 'run');
    const file = damage(await backup());
    await expect(check(file)).rejects.toMatchObject({ code: 'backup-damaged' });
    await expect(restore(file, true)).rejects.toMatchObject({ code: 'backup-damaged' });
    expect(await rows(target, 'run')).toEqual(before);
  });

  test('and one of a newer schema is refused by name', async () => {
    await world.database.pool.query(
      `insert into schema_migrations (version, name, checksum) values (9999, '9999-later.sql', 'x')`,
    );
    await expect(check(await backup())).rejects.toMatchObject({
      code: 'backup-newer',
      values: { name: '9999-later.sql' },
    });
  });
});

test('a backup is text that a person can read, and names itself', async () => {
  const text = gunzipSync(await backup()).toString();
  expect(text.split('\n')[0]).toBe('deskhand-backup 1');
  expect(text).toMatch(/\nsha256 [0-9a-f]{64}\n$/);
});

function flipped(file: Buffer, at: number): Buffer {
  const copy = Buffer.from(file);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
