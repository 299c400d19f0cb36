import { chownSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureSystemUser, isRoot } from '../../packages/control-plane/adapters/operating-system/privileges.ts';
import { prepareEmbedded } from '../../packages/control-plane/adapters/postgres/binaries.ts';
import type { EmbeddedOptions } from '../../packages/control-plane/adapters/postgres/embedded.ts';
import { guardPostgres } from '../../packages/control-plane/testing/guard-postgres.ts';
import { cleanLater } from './leftovers.ts';

/** As root, PostgreSQL runs as the user that the server becomes: nobody else may enter the folder of its socket. */
export function benchData(): EmbeddedOptions {
  const dataFolder = mkdtempSync(join(tmpdir(), 'deskhand-bench-'));
  const guard = guardPostgres(dataFolder);
  cleanLater(() => guard.end());
  if (!isRoot()) return { dataFolder, authentication: 'trust' };
  const runAs = ensureSystemUser();
  chownSync(dataFolder, runAs.uid, runAs.gid);
  mkdirSync(join(dataFolder, 'postgres'), { mode: 0o700 });
  prepareEmbedded(dataFolder, runAs.uid, runAs.gid);
  return { dataFolder, runAs, authentication: 'trust' };
}
