import { statSync } from 'node:fs';

/** The gateway that a session belongs to, told apart from others on the machine that use the same runtime folder. */
export interface SessionOwner {
  /** Part of the names of cgroups, so it has no full stop. */
  readonly instance: string;
  /** Where the gateway keeps its journal; null when nobody can tell from a folder whether it is gone. */
  readonly dataFolder: string | null;
}

/** A copy of the data folder is another owner, a moved folder is the same, so a clone never ends what the original runs. */
export function ownerOf(gatewayId: string, dataFolder: string): SessionOwner {
  return { instance: `${gatewayId.slice(0, 12)}-${markOf(dataFolder) ?? ''}`, dataFolder };
}

/** Without its data folder no gateway can come back and adopt the session. */
export function isOwnerGone({ instance, dataFolder }: SessionOwner): boolean {
  if (dataFolder === null) return false;
  const mark = markOf(dataFolder);
  return mark === undefined || !instance.endsWith(`-${mark}`);
}

function markOf(folder: string): string | undefined {
  const found = statSync(folder, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev.toString(36)}${found.ino.toString(36)}`;
}
