import { accessSync, chmodSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { problem } from '@deskhand/protocol/errors.ts';
import { CommandFailure } from '../../terminal/errors.ts';

export interface Places {
  /** Undefined leaves it to the server. */
  readonly serverData: string | undefined;
  readonly gatewayData: (number: number) => string;
  /** Undefined leaves it to the gateway. */
  readonly kit: string | undefined;
  readonly shown: string;
}

/**
 * Server and gateway keep their data apart: as root each folder belongs to another account, so one lies never inside the
 * other. A folder given by hand holds both side by side.
 */
export function placesOf(data: string | undefined, env: NodeJS.ProcessEnv = process.env): Places {
  const numbered = (folder: string) => (number: number) => (number === 1 ? folder : `${folder}-${number}`);
  if (data !== undefined) {
    const folder = resolve(data);
    makeFolder(folder);
    return {
      serverData: join(folder, 'server'),
      gatewayData: numbered(join(folder, 'gateway')),
      kit: join(folder, 'kit'),
      shown: folder,
    };
  }
  if (process.getuid?.() === 0)
    return {
      serverData: undefined,
      gatewayData: numbered('/var/lib/deskhand-gateway'),
      kit: undefined,
      shown: '/var/lib/deskhand and /var/lib/deskhand-gateway',
    };
  const home = env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share');
  return {
    serverData: undefined,
    gatewayData: numbered(join(home, 'deskhand-gateway')),
    kit: undefined,
    shown: `${join(home, 'deskhand')} and ${join(home, 'deskhand-gateway')}`,
  };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    // The server's unprivileged account must pass through to its own folder.
    if (process.getuid?.() === 0) chmodSync(folder, 0o711);
    accessSync(folder, constants.W_OK);
  } catch {
    const { title, remedy, code } = problem('data-folder-not-writable', { folder });
    throw new CommandFailure({ what: title, remedy, code, exit: 2 });
  }
}
