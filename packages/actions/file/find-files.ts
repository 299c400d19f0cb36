import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { failure } from '../declare/errors.ts';
import { fileErrors } from './errors.ts';
import { hasWildcard, wildcardMatcher } from './wildcard.ts';

export const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
export const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** The files that are meant: each path as it is, or what its wildcards find. Raises when one is not there. */
export function existingFiles(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    if (isFile(path)) return [path];
    if (hasWildcard(basename(path)) && isFolder(dirname(path))) return filesIn(dirname(path), basename(path));
    if (!isFolder(dirname(path))) {
      throw failure(fileErrors.SourceFolderDoesNotExistError, `The folder ${dirname(path)} does not exist.`);
    }
    throw failure(fileErrors.FileNotFoundError, `The file ${path} does not exist.`);
  });
}

function filesIn(folder: string, pattern: string): string[] {
  const matches = wildcardMatcher(pattern);
  return readdirSync(folder)
    .filter(matches)
    .sort()
    .map((name) => join(folder, name))
    .filter(isFile);
}
