import { usageFailure } from '../../terminal/errors.ts';

/** `C:\Users\ada=/home/ada` as the folder of Windows and the one that stands for it. */
export function pathsOf(written: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    written.map((word) => {
      const at = word.lastIndexOf('=');
      if (at < 1)
        throw usageFailure(`"${word}" is not written FROM=TO.`, String.raw`--windows-path 'C:\Users\ada=/home/ada'`);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}
