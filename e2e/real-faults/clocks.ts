import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const libraries = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map(
  (name) => `/usr/lib/${name}/faketime/libfaketimeMT.so.1`,
);

/** The wall clock of one machine, which can be set while its programs run; nothing else of the time changes. */
export interface Clock {
  readonly environment: NodeJS.ProcessEnv;
  /** Seconds against the true time. */
  set(offsetSeconds: number): void;
}

/** Undefined where the Debian package `faketime` is not installed. */
export function openClock(folder: string, name: string): Clock | undefined {
  const library = libraries.find((path) => existsSync(path));
  if (library === undefined) return undefined;
  const path = join(folder, `${name}.clock`);
  const set = (offsetSeconds: number): void => {
    writeFileSync(path, `${offsetSeconds < 0 ? '-' : '+'}${Math.abs(offsetSeconds)}\n`, { mode: 0o644 });
  };
  set(0);
  const environment = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: path,
    FAKETIME_CACHE_DURATION: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    FAKETIME_DONT_RESET: '1',
  };
  return { environment, set };
}
