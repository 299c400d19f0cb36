import { createReadStream, createWriteStream, fstatSync, writeSync } from 'node:fs';
import { sourceOf } from './account-commands.ts';
import type { BackupManifest } from './adapters/postgres/backup/backup-format.ts';
import { checkBackup, restoreBackup } from './adapters/postgres/backup/restore-backup.ts';
import { writeBackup } from './adapters/postgres/backup/write-backup.ts';
import { type ConnectedDatabase, connectDatabase } from './adapters/postgres/database.ts';
import type { ServerConfig } from './config.ts';

const STANDARD_INPUT = 0;
const STANDARD_OUTPUT = 1;
/** A large table takes its time; after a day something else is wrong. */
const STATEMENT_MAX_MS = 86_400_000;

/**
 * The file is opened by whoever asked for it, with their own rights, and comes here as an open descriptor: as root this
 * program has long become an ordinary user that could not reach it.
 */
export async function backupToOutput(config: ServerConfig, version: string): Promise<void> {
  if (process.stdout.isTTY) throw new Error('A backup is no text for a terminal: write it to a file.');
  const manifest = await withConnected(config, ({ connectionConfig }) =>
    writeBackup({
      connectionConfig,
      version,
      out: createWriteStream('', { fd: STANDARD_OUTPUT, autoClose: false }),
      onTable: (name, rows) => console.error(`${name}: ${rows} rows`),
    }),
  );
  tell(config, manifest);
}

export async function restoreFromInput(config: ServerConfig): Promise<void> {
  if (!fstatSync(STANDARD_INPUT).isFile()) throw new Error('A restore reads its file twice, so it takes no pipe.');
  const open = () => createReadStream('', { fd: STANDARD_INPUT, start: 0, autoClose: false });
  if (config.checksOnly) return tell(config, await checkBackup(open()));
  const manifest = await withConnected(config, (database) =>
    restoreBackup({
      database,
      open,
      replaces: config.replaces,
      onTable: (name) => console.error(`${name}: restored`),
    }),
  );
  tell(config, manifest);
}

async function withConnected<T>(config: ServerConfig, work: (database: ConnectedDatabase) => Promise<T>): Promise<T> {
  const database = await connectDatabase({ ...sourceOf(config), connections: 1, queryTimeoutMs: STATEMENT_MAX_MS });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function tell({ summaryTo }: ServerConfig, manifest: BackupManifest): void {
  if (summaryTo !== undefined) writeSync(summaryTo, `${JSON.stringify(manifest)}\n`);
  else console.error(JSON.stringify(manifest));
}
