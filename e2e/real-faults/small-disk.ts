import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A disk that can be full. */
export interface SmallDisk {
  fill(): void;
  free(): void;
}

/** Mounts memory over a folder; only root can, so for others no disk is ever full. */
export function mountSmallDisk(
  folder: string,
  megabytes: number,
  cleanLater: (cleaning: () => void) => void,
): SmallDisk | undefined {
  if (process.getuid?.() !== 0) return undefined;
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0711`, 'deskhand-faults', folder]);
  cleanLater(() => void execFileSync('umount', ['--lazy', folder]));
  const ballast = join(folder, 'ballast');
  return {
    fill: () => {
      const { bavail, bsize } = statfsSync(folder);
      for (let bytes = bavail * bsize; bytes > 0; bytes >>= 1)
        try {
          writeFileSync(ballast, Buffer.alloc(bytes), { flag: 'a' });
        } catch {
          // Half of it may still fit.
        }
    },
    free: () => rmSync(ballast, { force: true }),
  };
}
