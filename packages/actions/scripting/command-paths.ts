/** A drive, a share, or a folder of this machine that the flow went on from with backslashes. */
const startsLikePath = /^(?:[A-Za-z]:[\\/]|\\\\[^\\]|\/[^\\]*\\[\w.])/;

/**
 * A command in which paths as flows write them are paths of this machine. Only whole words are looked at, in double
 * quotes or without any: everything else in a command is the shell's.
 */
export function withLocalPaths(command: string, resolvePath: (written: string) => string): string {
  const local = (word: string): string | undefined => {
    if (!startsLikePath.test(word)) return undefined;
    try {
      return resolvePath(word);
    } catch {
      // No folder stands for it here; the command itself then says what it misses.
      return undefined;
    }
  };
  return command.replace(/"([^"]*)"|'[^']*'|[^\s"']+/g, (written: string, quoted: string | undefined) => {
    const path = local(quoted ?? written);
    if (path === undefined) return written;
    return quoted === undefined && !/\s/.test(path) ? path : `"${path}"`;
  });
}
