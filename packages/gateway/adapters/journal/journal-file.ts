import type { Disk } from '../../disk/disk.ts';

const LINE_FEED = 10;

/**
 * An append-only file of JSON lines. A last line without its line feed was torn by a crash and never promised to anyone,
 * so it is cut off; any other line that is not JSON means that something else wrote here.
 */
export class JournalFile {
  readonly path: string;
  readonly lines: readonly unknown[];
  readonly #disk: Disk;
  readonly #descriptor: number;
  #goodBytes: number;

  constructor(path: string, disk: Disk) {
    this.path = path;
    this.#disk = disk;
    const bytes = disk.read(path);
    this.#goodBytes = bytes.lastIndexOf(LINE_FEED) + 1;
    this.lines = parseLines(path, bytes.subarray(0, this.#goodBytes).toString('utf8'));
    this.#descriptor = disk.open(path, 'existing');
    if (disk.sizeBytes(this.#descriptor) > this.#goodBytes) this.#cutToGood();
  }

  get sizeBytes(): number {
    return this.#goodBytes;
  }

  /** On disk when it returns. When it throws nothing of it counts, whatever the disk has already taken. */
  append(lines: readonly unknown[]): void {
    const bytes = Buffer.from(toLines(lines));
    try {
      this.#disk.write(this.#descriptor, bytes, this.#goodBytes);
      this.#disk.sync(this.#descriptor);
      this.#goodBytes += bytes.length;
    } catch (error) {
      this.#cutToGood();
      throw error;
    }
  }

  close(): void {
    this.#disk.close(this.#descriptor);
  }

  #cutToGood(): void {
    this.#disk.truncate(this.#descriptor, this.#goodBytes);
    this.#disk.sync(this.#descriptor);
  }
}

export const toLines = (lines: readonly unknown[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

function parseLines(path: string, text: string): readonly unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      try {
        return JSON.parse(line) as unknown;
      } catch {
        throw new Error(`${path} line ${index + 1} is damaged. Move the file away; the server will then ask an admin.`);
      }
    });
}
