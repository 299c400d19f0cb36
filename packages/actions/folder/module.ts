import { homedir } from 'node:os';
import { type ActionCall, type ActionDefinition, type ActionModule, fileOf, folderOf, listOf } from '@deskhand/robin';
import { boolean, choice, folder, output, text } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readBoolean, readChoice, readPath, readText } from '../declare/read-argument.ts';
import { isFolder } from '../file/find-files.ts';
import { changeActions, existingFolder } from './change-folder.ts';
import { folderErrors } from './errors.ts';
import { listFolder, sortKeys, sortPaths } from './list-folder.ts';
import { specialFolder } from './special-folder.ts';

const condition = (holds: boolean): ActionDefinition['selectors'][string] => ({
  arguments: { Path: folder() },
  outputs: {},
  run: (call) => ({ holds: isFolder(readPath(call, 'Path')) === holds }),
});

const ifFolderExists: ActionDefinition = {
  id: 'Folder.IfFolderExists',
  title: 'If folder exists',
  summary: 'Tells whether a folder exists. A file of that name is no folder.',
  linux: 'core',
  errors: [],
  isCondition: true,
  selectors: { Exists: condition(true), DoesNotExist: condition(false) },
};

const levels = [1, 2, 3] as const;
const sorting = Object.fromEntries(
  levels.flatMap((level) => [
    [`SortBy${level}`, choice('Folder.SortBy', sortKeys)],
    [`SortDescending${level}`, boolean({ default: false })],
  ]),
);
const listing = {
  Folder: folder(),
  IncludeSubfolders: boolean({ default: false }),
  FailOnAccessDenied: boolean({ default: true }),
  ...sorting,
};

function listed<T>(
  call: ActionCall,
  wanted: 'files' | 'folders',
  answer: (paths: readonly string[]) => T,
): T | Promise<T> {
  const found = listFolder({
    folder: existingFolder(readPath(call, 'Folder')),
    filter: readText(call, wanted === 'files' ? 'FileFilter' : 'FolderFilter'),
    includeSubfolders: readBoolean(call, 'IncludeSubfolders'),
    failOnAccessDenied: readBoolean(call, 'FailOnAccessDenied'),
    wanted,
    signal: call.context.signal,
  });
  const rules = levels.map((level) => ({
    by: readChoice(call, `SortBy${level}`),
    descending: readBoolean(call, `SortDescending${level}`),
  }));
  const finish = (paths: readonly string[]): T => answer(sortPaths(paths, rules));
  return found instanceof Promise ? found.then(finish) : finish(found);
}

const getFiles: ActionDefinition = {
  id: 'Folder.GetFiles',
  title: 'Get files in folder',
  summary: 'The files whose names match, several patterns separated by semicolons. Without sorting they come by name.',
  linux: 'core',
  errors: [folderErrors.FolderDoesNotExistError, folderErrors.CannotRetrieveListOfFilesError],
  selectors: {
    '': {
      arguments: { ...listing, FileFilter: text({ default: '*' }) },
      outputs: { Files: output('list', 'Files') },
      run: (call) => listed(call, 'files', (paths) => ({ outputs: { Files: listOf(paths.map(fileOf)) } })),
    },
  },
};

const getSubfolders: ActionDefinition = {
  id: 'Folder.GetSubfolders',
  title: 'Get subfolders in folder',
  summary: 'The folders whose names match, several patterns separated by semicolons.',
  linux: 'core',
  errors: [folderErrors.FolderDoesNotExistError, folderErrors.CannotRetrieveListOfSubfoldersError],
  selectors: {
    '': {
      arguments: { ...listing, FolderFilter: text({ default: '*' }) },
      outputs: { Subfolders: output('list', 'Folders') },
      run: (call) => listed(call, 'folders', (paths) => ({ outputs: { Subfolders: listOf(paths.map(folderOf)) } })),
    },
  },
};

const specialFolders = [
  'Programs',
  'Personal',
  'Favorites',
  'Startup',
  'Recent',
  'SendTo',
  'StartMenu',
  'MyMusic',
  'DesktopDirectory',
  'Templates',
  'ApplicationData',
  'LocalApplicationData',
  'InternetCache',
  'Cookies',
  'History',
  'CommonApplicationData',
  'System',
  'ProgramFiles',
  'MyPictures',
  'CommonProgramFiles',
];

const getSpecialFolder: ActionDefinition = {
  id: 'Folder.GetSpecialFolder',
  title: 'Get special folder',
  summary:
    "Where a Linux desktop keeps what Windows' special folder holds. Ours: Favorites, Recent, SendTo, Cookies and History have no such place and fail.",
  linux: 'core',
  errors: [folderErrors.SpecialFolderNotFoundError],
  selectors: {
    '': {
      arguments: { SpecialFolder: choice('Folder.SpecialFolder', specialFolders, 'DesktopDirectory') },
      outputs: { SpecialFolderPath: output('folder', 'SpecialFolderPath') },
      run: (call) => {
        const name = readChoice(call, 'SpecialFolder');
        const { environment } = call.context;
        const path = specialFolder(name, environment, environment['HOME'] ?? homedir());
        if (path !== undefined) return { outputs: { SpecialFolderPath: folderOf(path) } };
        throw failure(folderErrors.SpecialFolderNotFoundError, `This machine has no place for the folder ${name}.`);
      },
    },
  },
};

export const folderModule: ActionModule = {
  name: 'Folder',
  title: 'Folder',
  actions: [ifFolderExists, getFiles, getSubfolders, ...changeActions, getSpecialFolder],
};
