import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePassableFolder, makePrivateFolder } from './private-folder.ts';

/** As root a place that users can pass through to their sockets; otherwise one that only this account can enter. */
export function runtimeFolder(dataFolder: string, isRoot: boolean): string {
  if (isRoot) return makePassableFolder('/run/deskhand');
  // The data folder's path may be too long for a socket's address, so it stands here only as a short digest.
  const digest = createHash('sha256').update(dataFolder).digest('hex').slice(0, 8);
  const base = process.env.XDG_RUNTIME_DIR ?? tmpdir();
  return makePrivateFolder(join(base, `deskhand-gateway-${process.getuid?.() ?? 0}-${digest}`));
}
