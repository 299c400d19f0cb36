import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { cp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { type ActionCall, type ActionDefinition, type ActionErrorCode, folderOf } from '@deskhand/robin';
import { choice, folder, output, text } from '../declare/arguments.ts';
import { failure, systemCodeOf } from '../declare/errors.ts';
import { readChoice, readPath, readText } from '../declare/read-argument.ts';
import { isFolder } from '../file/find-files.ts';
import { folderErrors } from './errors.ts';

export function existingFolder(path: string): string {
  if (isFolder(path)) return path;
  throw failure(folderErrors.FolderDoesNotExistError, `The folder ${path} does not exist.`);
}

async function attempt(error: ActionErrorCode, message: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw failure(error, message, cause);
  }
}

const create: ActionDefinition = {
  id: 'Folder.Create',
  title: 'Create folder',
  summary: 'Makes a folder inside another. One that is there already is left as it is.',
  linux: 'core',
  errors: [
    folderErrors.FolderDoesNotExistError,
    folderErrors.CannotCreateFolderError,
    folderErrors.NewFolderPathAndNameAreEmptyError,
  ],
  selectors: {
    '': {
      arguments: { FolderPath: folder(), FolderName: text() },
      outputs: { Folder: output('folder', 'NewFolder') },
      run: (call) => {
        const name = readText(call, 'FolderName').trim();
        if (name === '') throw failure(folderErrors.NewFolderPathAndNameAreEmptyError, 'The new folder has no name.');
        const path = join(existingFolder(readPath(call, 'FolderPath')), name.replaceAll('\\', '/'));
        try {
          mkdirSync(path, { recursive: true });
        } catch (cause) {
          throw failure(folderErrors.CannotCreateFolderError, `${path} could not be made.`, cause);
        }
        return { outputs: { Folder: folderOf(path) } };
      },
    },
  },
};

const remove: ActionDefinition = {
  id: 'Folder.Delete',
  title: 'Delete folder',
  summary: 'Deletes a folder with all it holds, for good. Ours: the root folder and the home folder are refused.',
  linux: 'core',
  errors: [folderErrors.FolderDoesNotExistError, folderErrors.CannotDeleteFolderError],
  selectors: {
    '': {
      arguments: { Folder: folder() },
      outputs: {},
      run: async (call) => {
        const path = existingFolder(readPath(call, 'Folder'));
        refuseWholeHomes(path, call, folderErrors.CannotDeleteFolderError);
        await attempt(folderErrors.CannotDeleteFolderError, `${path} could not be deleted.`, () =>
          rm(path, { recursive: true }),
        );
        return {};
      },
    },
  },
};

const empty: ActionDefinition = {
  id: 'Folder.Empty',
  title: 'Empty folder',
  summary: 'Deletes all that a folder holds. Ours: the root folder and the home folder are refused.',
  linux: 'core',
  errors: [folderErrors.FolderDoesNotExistError, folderErrors.CannotDeleteContentsOfFolderError],
  selectors: {
    '': {
      arguments: { Folder: folder() },
      outputs: {},
      run: async (call) => {
        const path = existingFolder(readPath(call, 'Folder'));
        refuseWholeHomes(path, call, folderErrors.CannotDeleteContentsOfFolderError);
        await attempt(folderErrors.CannotDeleteContentsOfFolderError, `${path} could not be emptied.`, async () => {
          for (const name of await readdir(path)) {
            call.context.signal.throwIfAborted();
            await rm(join(path, name), { recursive: true });
          }
        });
        return {};
      },
    },
  },
};

/** An empty variable in a path makes `/` or the working folder of it; nobody means to lose those. */
function refuseWholeHomes(path: string, call: ActionCall, error: ActionErrorCode): void {
  const home = call.context.environment['HOME'];
  const kept = ['/', call.context.workingFolder, ...(home === undefined ? [] : [home])].map((one) => resolve(one));
  const target = resolve(path);
  if (kept.some((one) => one === target || one.startsWith(target === '/' ? '/' : target + sep))) {
    throw failure(error, `${path} is, or holds, the home folder or the working folder of this run; it is not deleted.`);
  }
}

const copy: ActionDefinition = {
  id: 'Folder.Copy',
  title: 'Copy folder',
  summary: 'Copies a folder into another. Overwriting replaces files of the same name and keeps the others.',
  linux: 'core',
  errors: [
    folderErrors.FolderDoesNotExistError,
    folderErrors.DestinationFolderDoesNotExistError,
    folderErrors.CannotCopyFolderError,
  ],
  selectors: {
    '': {
      arguments: {
        Folder: folder(),
        Destination: folder(),
        IfFolderExists: choice('Folder.IfExists', ['DoNothing', 'Overwrite']),
      },
      outputs: { CopiedFolder: output('folder', 'CopiedFolder') },
      run: async (call) => {
        const from = existingFolder(readPath(call, 'Folder'));
        const to = targetIn(readPath(call, 'Destination'), from);
        if (existsSync(to) && readChoice(call, 'IfFolderExists') === 'DoNothing') {
          return { outputs: { CopiedFolder: folderOf(to) } };
        }
        const { signal } = call.context;
        await attempt(folderErrors.CannotCopyFolderError, `${from} could not be copied to ${to}.`, () =>
          cp(from, to, { recursive: true, filter: () => !signal.aborted }),
        );
        signal.throwIfAborted();
        return { outputs: { CopiedFolder: folderOf(to) } };
      },
    },
  },
};

function targetIn(destination: string, from: string): string {
  if (isFolder(destination)) return join(destination, basename(from));
  throw failure(folderErrors.DestinationFolderDoesNotExistError, `The folder ${destination} does not exist.`);
}

const move: ActionDefinition = {
  id: 'Folder.Move',
  title: 'Move folder',
  summary: 'Moves a folder into another.',
  linux: 'core',
  errors: [
    folderErrors.FolderDoesNotExistError,
    folderErrors.DestinationFolderDoesNotExistError,
    folderErrors.CannotMoveFolderError,
  ],
  selectors: {
    '': {
      arguments: { Folder: folder(), Destination: folder() },
      outputs: { MovedFolder: output('folder', 'MovedFolder') },
      run: async (call) => {
        const from = existingFolder(readPath(call, 'Folder'));
        const to = targetIn(readPath(call, 'Destination'), from);
        if (existsSync(to)) throw failure(folderErrors.CannotMoveFolderError, `${to} exists already.`);
        await attempt(folderErrors.CannotMoveFolderError, `${from} could not be moved to ${to}.`, () =>
          moveTree(from, to),
        );
        return { outputs: { MovedFolder: folderOf(to) } };
      },
    },
  },
};

async function moveTree(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (cause) {
    if (systemCodeOf(cause) !== 'EXDEV') throw cause;
    await cp(from, to, { recursive: true });
    await rm(from, { recursive: true });
  }
}

const renameFolder: ActionDefinition = {
  id: 'Folder.Rename',
  title: 'Rename folder',
  summary: 'Gives a folder another name.',
  linux: 'core',
  errors: [folderErrors.FolderDoesNotExistError, folderErrors.CannotRenameFolderError],
  selectors: {
    '': {
      arguments: { Folder: folder(), NewName: text() },
      outputs: { RenamedFolder: output('folder', 'RenamedFolder') },
      run: (call) => {
        const from = existingFolder(readPath(call, 'Folder'));
        const name = readText(call, 'NewName').trim();
        const to = join(dirname(from), name);
        const isName = name !== '' && !name.includes('/') && name !== '.' && name !== '..';
        if (!isName || (existsSync(to) && resolve(to) !== resolve(from))) {
          throw failure(folderErrors.CannotRenameFolderError, `${from} cannot be called '${name}'.`);
        }
        try {
          renameSync(from, to);
        } catch (cause) {
          throw failure(folderErrors.CannotRenameFolderError, `${from} could not be renamed to ${to}.`, cause);
        }
        return { outputs: { RenamedFolder: folderOf(to) } };
      },
    },
  },
};

export const changeActions = [create, remove, empty, copy, move, renameFolder];
