import { join } from 'node:path';
import { type Disk, systemDisk } from '../../disk/disk.ts';
import type { PreflightMemory, RememberedPassword } from '../../ports/preflight-memory.ts';

/** Above it the oldest are forgotten here; the server remembers them too. */
const CONNECTIONS_REMEMBERED_MAX = 5_000;

export const preflightFilePath = (folder: string): string => join(folder, 'preflights.json');

/** One small file, replaced as a whole. It names connections and no accounts, and holds no password. */
export function openPreflightFile(
  path: string,
  disk: Pick<Disk, 'exists' | 'read' | 'replace'> = systemDisk,
): PreflightMemory {
  const remembered = readRemembered(path, disk);
  const write = (): void => disk.replace(path, JSON.stringify([...remembered]));
  return {
    of: (connectionId) => remembered.get(connectionId),
    note: (connectionId, tried) => {
      remembered.delete(connectionId);
      remembered.set(connectionId, tried);
      const [oldest] = remembered.keys();
      if (remembered.size > CONNECTIONS_REMEMBERED_MAX && oldest !== undefined) remembered.delete(oldest);
      write();
    },
    forget: (connectionId) => {
      if (remembered.delete(connectionId)) write();
    },
  };
}

function readRemembered(path: string, disk: Pick<Disk, 'exists' | 'read'>): Map<string, RememberedPassword> {
  if (!disk.exists(path)) return new Map();
  return new Map(JSON.parse(disk.read(path).toString('utf8')) as [string, RememberedPassword][]);
}
