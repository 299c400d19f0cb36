import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Screenshot, ScreenshotName, ScreenshotStore } from '../../ports/runner-channels.ts';

/** One folder for each attempt: `<number>.png` beside `<number>.txt`, its caption. */
export function openScreenshots(folder: string): ScreenshotStore {
  const nameOf = ({ runId, attempt }: ScreenshotName): string =>
    createHash('sha256').update(`${runId}/${attempt}`).digest('hex').slice(0, 24);
  const folderOf = (of: ScreenshotName): string => join(folder, nameOf(of));
  return {
    save: (of, { number, caption, png }) => {
      mkdirSync(folderOf(of), { recursive: true, mode: 0o700 });
      writeFileSync(join(folderOf(of), `${number}.txt`), caption, { mode: 0o600 });
      writeFileSync(join(folderOf(of), `${number}.png`), png, { mode: 0o600 });
    },
    list: (of) => listFolder(folderOf(of)),
    remove: (of) => rmSync(folderOf(of), { recursive: true, force: true }),
    removeAllBut: (keep) => {
      const kept = new Set(keep.map(nameOf));
      for (const name of readdirSync(folder)) {
        if (!kept.has(name)) rmSync(join(folder, name), { recursive: true, force: true });
      }
    },
  };
}

function listFolder(folder: string): readonly Screenshot[] {
  return namesIn(folder)
    .filter((name) => /^\d+\.png$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b)
    .map((number) => ({
      number,
      caption: readFileSync(join(folder, `${number}.txt`), 'utf8'),
      png: readFileSync(join(folder, `${number}.png`)),
    }));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
