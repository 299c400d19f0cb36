import type { Disk } from '@deskhand/gateway/disk/disk.ts';
import type { Random } from '../world/random.ts';

const ROOMY_BYTES = 100_000_000_000;
const FIRST_CAPACITY_BYTES = 4_096;

interface Unsynced {
  readonly position: number;
  readonly before: Buffer;
  readonly lengthBefore: number;
}

class StoredFile {
  bytes = Buffer.alloc(FIRST_CAPACITY_BYTES);
  length = 0;
  unsynced: Unsynced[] = [];

  content(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    this.#keepForUndo(position, end);
    if (end > this.bytes.length) this.bytes = Buffer.concat([this.bytes], Math.max(end, 2 * this.bytes.length));
    this.bytes.set(bytes, position);
    this.length = Math.max(this.length, end);
  }

  truncate(toBytes: number): void {
    this.#keepForUndo(toBytes, this.length);
    this.length = toBytes;
  }

  /** The last writes that nobody synced are taken back, newest first. */
  lose(count: number): void {
    for (const { position, before, lengthBefore } of this.unsynced.splice(-count).reverse()) {
      this.bytes.set(before, position);
      this.length = lengthBefore;
    }
    this.unsynced = [];
  }

  #keepForUndo(from: number, to: number): void {
    const before = Buffer.from(this.bytes.subarray(Math.min(from, this.length), Math.min(to, this.length)));
    this.unsynced.push({ position: from, before, lengthBefore: this.length });
  }
}

export type DiskImage = ReadonlyMap<string, Buffer>;

class NoSpace extends Error {
  readonly code = 'ENOSPC';
}

/** Files of one machine: what was synced outlives a power cut, of the rest a part may be lost. */
export class SimulatedDisk implements Disk {
  readonly #random: Random;
  #files = new Map<string, StoredFile>();
  readonly #open = new Map<number, StoredFile>();
  #descriptors = 2;
  isFull = false;
  /** Called before and after each sync, where a program may die. */
  onSync: (when: 'before' | 'after') => void = () => undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  exists = (path: string): boolean => this.#files.has(path);
  read = (path: string): Buffer => Buffer.from(this.#file(path).content());

  open = (path: string, how: 'existing' | 'create'): number => {
    if (how === 'create') {
      this.#needRoom();
      this.#files.set(path, new StoredFile());
    }
    this.#descriptors += 1;
    this.#open.set(this.#descriptors, this.#file(path));
    return this.#descriptors;
  };

  sizeBytes = (descriptor: number): number => this.#opened(descriptor).length;

  write = (descriptor: number, bytes: Uint8Array, position: number): void => {
    const file = this.#opened(descriptor);
    // What lies in its place already can be written anew on a full disk.
    if (position + bytes.length > file.length) this.#needRoom();
    file.write(bytes, position);
  };

  truncate = (descriptor: number, toBytes: number): void => {
    const file = this.#opened(descriptor);
    if (toBytes < file.length) file.truncate(toBytes);
  };

  sync = (descriptor: number): void => {
    this.onSync('before');
    this.#opened(descriptor).unsynced = [];
    this.onSync('after');
  };

  close = (descriptor: number): void => {
    this.#open.delete(descriptor);
  };

  replace = (path: string, text: string): void => {
    this.#needRoom();
    const file = new StoredFile();
    file.write(Buffer.from(text), 0);
    file.unsynced = [];
    this.#files.set(path, file);
  };

  remove(path: string): void {
    this.#files.delete(path);
  }

  freeBytes = (): number => (this.isFull ? 0 : ROOMY_BYTES);

  /** The machine lost its power: of what was not synced some of the newest writes are gone. */
  losePower(): void {
    for (const file of this.#files.values()) {
      if (file.unsynced.length > 0) file.lose(1 + this.#random.below(file.unsynced.length));
    }
    this.#open.clear();
  }

  /** What a copy of the machine holds. */
  image(): DiskImage {
    return new Map([...this.#files].map(([path, file]) => [path, Buffer.from(file.content())]));
  }

  restore(image: DiskImage): void {
    this.#files = new Map();
    for (const [path, content] of image) {
      const file = new StoredFile();
      file.write(content, 0);
      file.unsynced = [];
      this.#files.set(path, file);
    }
    this.#open.clear();
  }

  #needRoom(): void {
    if (this.isFull) throw new NoSpace('ENOSPC: no space left on device, write');
  }

  #file(path: string): StoredFile {
    const file = this.#files.get(path);
    if (file === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
    return file;
  }

  #opened(descriptor: number): StoredFile {
    const file = this.#open.get(descriptor);
    if (file === undefined) throw new Error('EBADF: bad file descriptor');
    return file;
  }
}
