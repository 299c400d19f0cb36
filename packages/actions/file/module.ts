import { closeSync, existsSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, parse } from 'node:path';
import { type ActionDefinition, type ActionModule, fileOf, folderOf } from '@deskhand/robin';
import { file, output } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readPath } from '../declare/read-argument.ts';
import { copy, move, remove } from './copy-files.ts';
import { fileErrors } from './errors.ts';
import { contentActions } from './file-contents.ts';
import { isFile } from './find-files.ts';
import { renameFiles } from './rename-files.ts';
import { readCsv, readTextFromFile, writeCsvFile, writeTextToFile } from './text-files.ts';

const condition = (holds: boolean): ActionDefinition['selectors'][string] => ({
  arguments: { File: file() },
  outputs: {},
  run: (call) => ({ holds: isFile(readPath(call, 'File')) === holds }),
});

const ifFile: ActionDefinition = {
  id: 'File.IfFile',
  title: 'If file exists',
  summary: 'Tells whether a file exists. A folder of that name is no file.',
  linux: 'core',
  errors: [],
  isCondition: true,
  selectors: { Exists: condition(true), DoesNotExist: condition(false) },
};

const waitForFile: ActionDefinition = {
  id: 'File.WaitForFile',
  title: 'Wait for file',
  summary: 'Holds once a file is there, or is gone; WAIT asks again until it does.',
  linux: 'core',
  errors: [],
  isCondition: true,
  selectors: { Created: condition(true), Deleted: condition(false) },
};

const getPathPart: ActionDefinition = {
  id: 'File.GetPathPart',
  title: 'Get file path part',
  summary: 'The parts of a path; the file need not exist.',
  linux: 'core',
  errors: [fileErrors.FilePathDoesNotExistError],
  selectors: {
    '': {
      arguments: { File: file() },
      outputs: {
        RootPath: output('folder', 'RootPath'),
        Directory: output('folder', 'Directory'),
        FileName: output('text', 'FileName'),
        FileNameWithoutExtension: output('text', 'FileNameNoExtension'),
        Extension: output('text', 'FileExtension'),
      },
      run: (call) => {
        const path = readPath(call, 'File');
        const extension = extname(path);
        return {
          outputs: {
            RootPath: folderOf(parse(path).root),
            Directory: folderOf(dirname(path)),
            FileName: basename(path),
            FileNameWithoutExtension: basename(path, extension),
            Extension: extension,
          },
        };
      },
    },
  },
};

const TEMPORARY_NAMES_TRIED_MAX = 100;

const getTempPath: ActionDefinition = {
  id: 'File.GetTempPath',
  title: 'Get temporary file',
  summary: "Makes an empty file, readable by the flow's account only, in the folder for temporary files.",
  linux: 'core',
  errors: [fileErrors.FailedToCreateTemporaryFileError],
  selectors: {
    '': {
      arguments: {},
      outputs: { TempFile: output('file', 'TempFile') },
      run: ({ context }) => {
        const folder = context.environment['TMPDIR'] ?? tmpdir();
        const stamp = context.now().getTime().toString(36);
        for (let number = 0; number < TEMPORARY_NAMES_TRIED_MAX; number += 1) {
          const path = join(folder, `tmp${stamp}${Math.floor(context.random() * 1e6)}-${number}.tmp`);
          if (existsSync(path)) continue;
          return { outputs: { TempFile: fileOf(created(path)) } };
        }
        throw failure(fileErrors.FailedToCreateTemporaryFileError, `No free name was found in ${folder}.`);
      },
    },
  },
};

/** `wx` refuses a name that somebody else took meanwhile, links included. */
function created(path: string): string {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    return path;
  } catch (cause) {
    throw failure(fileErrors.FailedToCreateTemporaryFileError, `${path} could not be made.`, cause);
  }
}

export const fileModule: ActionModule = {
  name: 'File',
  title: 'File',
  actions: [
    ifFile,
    waitForFile,
    copy,
    move,
    remove,
    renameFiles,
    readTextFromFile,
    writeTextToFile,
    readCsv,
    writeCsvFile,
    getPathPart,
    getTempPath,
    ...contentActions,
  ],
};
