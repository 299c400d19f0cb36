import { join } from 'node:path';
import { type Disk, systemDisk } from '../../disk/disk.ts';

/** What a gateway remembers of its links and of the server's history (DESIGN §7.5, §7.6). */
export interface LinkMemory {
  /** Confirmed by the server: it went on after `linkConfirmed`. */
  readonly confirmed: number;
  /** On disk before it is used; the server may know it or not. */
  readonly pending: number | null;
  readonly epoch: string | null;
  readonly commit: number;
}
export interface LinkMemoryFile {
  readonly read: () => LinkMemory;
  /** On disk when it returns. */
  readonly write: (memory: LinkMemory) => void;
}

export const linkMemoryPath = (folder: string): string => join(folder, 'link.json');

const SLOT_BYTES = 512;
const fresh: LinkMemory = { confirmed: 0, pending: null, epoch: null, commit: 0 };

/**
 * Two slots of fixed size, written in turns, in place: a crash leaves the other one, and a full disk does not keep the
 * gateway from linking and telling that its disk is full.
 */
export function openLinkMemory(path: string, disk: Disk = systemDisk): LinkMemoryFile {
  let { memory, turn } = readNewest(path, disk);
  return {
    read: () => memory,
    write: (next) => {
      turn++;
      writeSlot(path, disk, turn, next);
      memory = next;
    },
  };
}

interface Slot extends LinkMemory {
  readonly turn: number;
}

function readNewest(path: string, disk: Disk): { memory: LinkMemory; turn: number } {
  const text = disk.exists(path) ? disk.read(path).toString('latin1') : '';
  const slots = [0, 1]
    .map((index) => parseSlot(text.slice(index * SLOT_BYTES, (index + 1) * SLOT_BYTES)))
    .filter((slot): slot is Slot => slot !== undefined)
    .sort((a, b) => b.turn - a.turn);
  const [newest] = slots;
  if (newest === undefined) return { memory: fresh, turn: 0 };
  const { turn, ...memory } = newest;
  return { memory, turn };
}

function parseSlot(text: string): Slot | undefined {
  try {
    return JSON.parse(text) as Slot;
  } catch {
    // Torn by a crash, or not written yet.
    return undefined;
  }
}

function writeSlot(path: string, disk: Disk, turn: number, memory: LinkMemory): void {
  const text = JSON.stringify({ ...memory, turn });
  if (Buffer.byteLength(text) >= SLOT_BYTES) throw new Error('The memory of the link does not fit its place.');
  const descriptor = openForWriting(path, disk);
  try {
    disk.write(descriptor, Buffer.from(`${text.padEnd(SLOT_BYTES - 1)}\n`), (turn % 2) * SLOT_BYTES);
    disk.sync(descriptor);
  } finally {
    disk.close(descriptor);
  }
}

function openForWriting(path: string, disk: Disk): number {
  if (disk.exists(path)) return disk.open(path, 'existing');
  const descriptor = disk.open(path, 'create');
  disk.write(descriptor, Buffer.from(`${' '.repeat(SLOT_BYTES - 1)}\n`.repeat(2)), 0);
  return descriptor;
}
