import { existsSync } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type ActionCall, type ActionDefinition, type ActionErrorCode, fileOf, listOf } from '@deskhand/robin';
import { choice, files, folder, output } from '../declare/arguments.ts';
import { failure, systemCodeOf } from '../declare/errors.ts';
import { readChoice, readPath, readPaths } from '../declare/read-argument.ts';
import { fileErrors } from './errors.ts';
import { existingFiles, isFolder } from './find-files.ts';

export const ifFileExists = choice('File.IfExists', ['DoNothing', 'Overwrite']);
const sources = [
  fileErrors.SourceFolderDoesNotExistError,
  fileErrors.DestinationFolderDoesNotExistError,
  fileErrors.FileNotFoundError,
];

export const copy: ActionDefinition = {
  id: 'File.Copy',
  title: 'Copy file(s)',
  summary: 'Copies files into a folder. Ours: the answer holds the files that were copied, without those left alone.',
  linux: 'core',
  errors: [...sources, fileErrors.CannotCopyFileError],
  selectors: {
    '': {
      arguments: { Files: files(), Destination: folder(), IfFileExists: ifFileExists },
      outputs: { CopiedFiles: output('list', 'CopiedFiles') },
      run: async (call) => ({
        outputs: { CopiedFiles: await transfer(call, copyFile, fileErrors.CannotCopyFileError) },
      }),
    },
  },
};

export const move: ActionDefinition = {
  id: 'File.Move',
  title: 'Move file(s)',
  summary: 'Moves files into a folder. Ours: the answer holds the files that were moved, without those left alone.',
  linux: 'core',
  errors: [...sources, fileErrors.CannotMoveFileError],
  selectors: {
    '': {
      arguments: { Files: files(), Destination: folder(), IfFileExists: ifFileExists },
      outputs: { MovedFiles: output('list', 'MovedFiles') },
      run: async (call) => ({
        outputs: { MovedFiles: await transfer(call, moveFile, fileErrors.CannotMoveFileError) },
      }),
    },
  },
};

async function transfer(call: ActionCall, carry: (from: string, to: string) => Promise<void>, error: ActionErrorCode) {
  const destination = readPath(call, 'Destination');
  if (!isFolder(destination)) {
    throw failure(fileErrors.DestinationFolderDoesNotExistError, `The folder ${destination} does not exist.`);
  }
  const overwrite = readChoice(call, 'IfFileExists') === 'Overwrite';
  const carried = [];
  for (const from of existingFiles(readPaths(call, 'Files'))) {
    call.context.signal.throwIfAborted();
    const to = join(destination, basename(from));
    if (resolve(from) === resolve(to) || (!overwrite && existsSync(to))) continue;
    try {
      await carry(from, to);
    } catch (cause) {
      throw failure(error, `${from} could not be brought to ${to}.`, cause);
    }
    carried.push(fileOf(to));
  }
  return listOf(carried);
}

/** Between file systems a move is a copy and a removal. */
export async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (cause) {
    if (systemCodeOf(cause) !== 'EXDEV') throw cause;
    await copyFile(from, to);
    await rm(from);
  }
}

export const remove: ActionDefinition = {
  id: 'File.Delete',
  title: 'Delete file(s)',
  summary: 'Deletes files for good; there is no recycle bin.',
  linux: 'core',
  errors: [
    fileErrors.FilePathDoesNotExistError,
    fileErrors.FileNotFoundError,
    fileErrors.SourceFolderDoesNotExistError,
    fileErrors.CannotDeleteFileError,
  ],
  selectors: {
    '': {
      arguments: { Files: files() },
      outputs: {},
      run: async (call) => {
        for (const path of existingFiles(readPaths(call, 'Files'))) {
          call.context.signal.throwIfAborted();
          try {
            await rm(path);
          } catch (cause) {
            throw failure(fileErrors.CannotDeleteFileError, `${path} could not be deleted.`, cause);
          }
        }
        return {};
      },
    },
  },
};
