import type { SpoolReader, Spools } from '@deskhand/gateway/ports/runner-channels.ts';
import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import type { RunnerResult } from '@deskhand/protocol/runner.ts';

const LINE_BYTES = 200;

export interface SpoolFile {
  readonly lines: LogLine[];
  result: RunnerResult | null;
}

/** The spools of one machine: they outlive gateway and runner. */
export class SpoolFiles implements Spools {
  readonly #files = new Map<string, SpoolFile>();
  readonly #descriptors = new Map<number, string>();
  #made = 0;

  get count(): number {
    return this.#files.size;
  }

  create = () => {
    this.#made += 1;
    const path = `/spools/${String(this.#made)}`;
    const descriptor = this.#made;
    this.#files.set(path, { lines: [], result: null });
    this.#descriptors.set(descriptor, path);
    return { path, descriptor, release: () => undefined };
  };

  /** What a runner writes into, through the descriptor that it inherited. */
  byDescriptor(descriptor: number): SpoolFile {
    const file = this.#files.get(this.#descriptors.get(descriptor) ?? '');
    if (file === undefined) throw new Error('EBADF: bad file descriptor');
    return file;
  }

  open = (path: string): SpoolReader | undefined => {
    const file = this.#files.get(path);
    if (file === undefined) return undefined;
    return {
      read: (from, maxLines) => {
        const lines = file.lines.slice(from, from + maxLines);
        return { lines, next: from + lines.length };
      },
      close: () => undefined,
    };
  };

  sizeBytes = (path: string): number => (this.#files.get(path)?.lines.length ?? 0) * LINE_BYTES;

  tail = (path: string) => {
    const file = this.#files.get(path);
    return { result: file?.result ?? null, lastLine: file?.lines.at(-1) ?? null };
  };

  remove = (path: string): void => {
    this.#files.delete(path);
  };

  removeAllBut = (paths: ReadonlySet<string>): void => {
    for (const path of this.#files.keys()) if (!paths.has(path)) this.#files.delete(path);
  };
}
