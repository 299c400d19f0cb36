import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ActionError } from '@deskhand/robin';

/** `{ 'C:\\Users\\x': '/home/x/flows' }`; the longest Windows folder that fits is taken. */
export type PathMappings = Readonly<Record<string, string>>;

/** A path as flows write it → an absolute path of this machine. */
export function pathResolver(workingFolder: string, mappings: PathMappings): (written: string) => string {
  const folders = Object.entries(mappings)
    .map(([from, to]) => ({ from: comparable(from), to }))
    .sort((a, b) => b.from.length - a.from.length);
  return (written) => {
    const path = unquoted(written.trim());
    if (!isWindowsPath(path)) return resolve(workingFolder, existsSync(path) ? path : withSlashes(path));
    const wanted = comparable(path);
    const mapping = folders.find(({ from }) => wanted === from || wanted.startsWith(`${from}/`));
    if (mapping === undefined) throw windowsPath(path);
    const rest = withSlashes(path).replace(/\/+$/, '').slice(mapping.from.length);
    return resolve(workingFolder, mapping.to, `.${rest}`);
  };
}

/** A drive or a share. A relative path with backslashes is none: it is read as one of this machine. */
const isWindowsPath = (path: string): boolean => /^[A-Za-z]:(?:[\\/]|$)/.test(path) || path.startsWith('\\\\');

/** Flows put paths together with backslashes (`%Folder%\\name.txt`), whatever the folder was; a name on this disk has none. */
const withSlashes = (path: string): string => path.replaceAll('\\', '/');

const comparable = (path: string): string => withSlashes(path).replace(/\/+$/, '').toLowerCase();

const unquoted = (path: string): string => /^"(.*)"$/.exec(path)?.[1] ?? path;

const windowsPath = (path: string): ActionError =>
  new ActionError(
    'WindowsPathError',
    `${path} is a path of Windows, and this machine has no folder for it. Map the folder in the gateway's settings (pathMappings), or pass the folder to the flow as an input.`,
  );
