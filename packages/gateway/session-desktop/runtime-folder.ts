import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import type { SessionRecord } from '../ports/session-host.ts';
import type { Entrance } from './entrance.ts';
import { runInside } from './program-run.ts';
import type { SessionOwner } from './session-owner.ts';

/**
 * Folders of sessions: `<base>/sessions/<id>` belongs to the gateway's account, and only `user` inside it to the
 * session's. The gateway opens and deletes nothing below `user`: what lies there can be a symlink to anywhere.
 */
export interface RuntimeFolder {
  readonly path: string;
  readonly userPath: string;
}

/** Kept beside each session so that a gateway started later can end or adopt it. */
export interface StoredSession {
  readonly owner: SessionOwner;
  readonly record: SessionRecord;
  readonly account: { readonly gid: number; readonly home: string; readonly shell: string };
  readonly limits: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** False until the session is complete: a half-made one is never adopted. */
  readonly ready: boolean;
}

const SESSION_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
/** Unix socket paths end at 108 bytes, and the longest name we put into a folder is short. */
const FOLDER_BYTES_MAX = 88;

export function runtimeFolder(base: string, sessionId: string): RuntimeFolder {
  if (!SESSION_ID.test(sessionId)) throw new Error(`A session id cannot be ${JSON.stringify(sessionId)}.`);
  const path = `${base}/sessions/${sessionId}`;
  if (path.length > FOLDER_BYTES_MAX)
    throw new Error(`The session folder ${path} is too long for unix sockets inside it.`);
  return { path, userPath: `${path}/user` };
}

/** Every level exists, belongs to us and can be written by nobody else; throws where somebody else made it. */
export function makeBase(base: string, mode: number): void {
  for (const folder of [base, `${base}/sessions`, `${base}/locks`]) {
    mkdirSync(folder, { recursive: true, mode });
    const found = lstatSync(folder);
    if (!found.isDirectory() || found.uid !== process.getuid?.()) {
      throw new Error(`${folder} belongs to somebody else; remove it and start the gateway again.`);
    }
    if ((found.mode & 0o777) !== mode) chmodSync(folder, mode);
  }
}

export function makeRuntimeFolder(
  folder: RuntimeFolder,
  owner: { readonly uid: number; readonly gid: number } | undefined,
  changeOwner: boolean,
): void {
  mkdirSync(folder.path, { mode: 0o711 });
  chmodSync(folder.path, 0o711);
  if (owner === undefined) return;
  mkdirSync(folder.userPath, { mode: 0o700 });
  if (changeOwner) lchownSync(folder.userPath, owner.uid, owner.gid);
}

/**
 * Written beside and renamed, so that a crash of the gateway leaves the old text or the new one. Not synced: no session
 * outlives the machine, so what a power cut would lose describes nothing any more.
 */
export function storeSession(folder: RuntimeFolder, stored: StoredSession): void {
  const path = `${folder.path}/record.json`;
  writeFileSync(`${path}.new`, JSON.stringify(stored), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** What an earlier version wrote names no gateway that a session could belong to. */
const NO_OWNER: SessionOwner = { instance: '', dataFolder: null };

export function storedSession(base: string, sessionId: string): StoredSession | undefined {
  try {
    const text = readFileSync(`${base}/sessions/${sessionId}/record.json`, 'utf8');
    const stored = JSON.parse(text) as Omit<StoredSession, 'owner'> & Partial<Pick<StoredSession, 'owner'>>;
    return { ...stored, owner: stored.owner ?? NO_OWNER };
  } catch {
    return undefined;
  }
}

export function sessionIds(base: string): readonly string[] {
  try {
    return readdirSync(`${base}/sessions`).filter((name) => SESSION_ID.test(name));
  } catch {
    return [];
  }
}

// Programs leave read-only folders and dead FUSE mounts behind; display files lie in /tmp, where only their owner may remove them.
const CLEAN = `
while read -r _ _ _ _ mount _; do
  case $mount in "$1"/*) fusermount3 -uz "$mount" || fusermount -uz "$mount" ;; esac
done </proc/self/mountinfo
chmod -R u+rwx "$1"
find "$1" -xdev -mindepth 1 -delete
if [ -n "$2" ]; then rm -f "/tmp/.X$2-lock" "/tmp/.X11-unix/X$2"; fi
`;
const CLEAN_TIMEOUT_MS = 10_000;

/** The account itself empties its subfolder; then the gateway removes what is its own, one entry after the other. */
export async function removeRuntimeFolder(
  folder: RuntimeFolder,
  entrance: Entrance,
  displayNumber: number | undefined,
): Promise<boolean> {
  if (lstatOf(folder.path) === undefined) return true;
  if (lstatOf(folder.userPath) !== undefined) {
    const display = displayNumber === undefined ? '' : String(displayNumber);
    const clean = (as: Entrance) =>
      runInside(as, {
        command: '/bin/sh',
        args: ['-c', CLEAN, 'deskhand-clean', folder.userPath, display],
        timeoutMs: CLEAN_TIMEOUT_MS,
        outputBytesMax: 1_000,
      });
    const outside = { ...entrance, cgroup: '' };
    const { code } = await clean(outside);
    if (code !== 0 && entrance.changeUser) await clean({ ...outside, groups: 'none' });
  }
  return removeOwnEntries(folder);
}

function removeOwnEntries(folder: RuntimeFolder): boolean {
  try {
    for (const entry of readdirSync(folder.path, { withFileTypes: true })) {
      if (entry.isDirectory()) rmdirSync(`${folder.path}/${entry.name}`);
      else if (entry.name !== 'record.json') unlinkSync(`${folder.path}/${entry.name}`);
    }
    // The record goes last: while anything is left, a later sweep still knows whose it is.
    if (lstatOf(`${folder.path}/record.json`) !== undefined) unlinkSync(`${folder.path}/record.json`);
    rmdirSync(folder.path);
    return true;
  } catch {
    return false;
  }
}

export function lstatOf(path: string) {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

/**
 * X servers of ordinary accounts can only make their sockets in a folder that root made, open to all and sticky. One that
 * somebody else made is taken over through a descriptor, so that no symlink is followed. Answers with what to mend.
 */
export function prepareDisplaySockets(path = '/tmp/.X11-unix'): string | undefined {
  try {
    mkdirSync(path, { recursive: true });
    const folder = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      const found = fstatSync(folder);
      if (found.uid !== 0) fchownSync(folder, 0, 0);
      if ((found.mode & 0o7777) !== 0o1777) fchmodSync(folder, 0o1777);
    } finally {
      closeSync(folder);
    }
    return undefined;
  } catch {
    return `${path} is not a folder, so no display can be opened: rm -f ${path}`;
  }
}
