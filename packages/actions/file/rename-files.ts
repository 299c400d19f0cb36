import { existsSync, renameSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import {
  type ActionCall,
  type ActionDefinition,
  datetimeFromDate,
  datetimeOf,
  type DatetimeValue,
  fileOf,
  listOf,
} from '@deskhand/robin';
import { formatDatetime } from '../date-format/format-datetime.ts';
import { boolean, choice, datetime, files, integer, output, text } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readBoolean, readChoice, readDatetime, readNumber, readPaths, readText } from '../declare/read-argument.ts';
import { ifFileExists } from './copy-files.ts';
import { fileErrors } from './errors.ts';
import { existingFiles } from './find-files.ts';

/** The name without its extension, the extension with its dot, and the place in the list. */
interface OldName {
  readonly path: string;
  readonly stem: string;
  readonly extension: string;
  readonly index: number;
}
type NewName = (old: OldName, call: ActionCall) => string;

const shared = { Files: files(), IfFileExists: ifFileExists };
const renamed = { RenamedFiles: output('list', 'RenamedFiles') };
const position = choice('File.AddTextPosition', ['AfterName', 'BeforeName']);
const separator = choice('File.Separator', ['Nothing', 'Space', 'Dash', 'Period', 'Underscore'], 'Space');
const separators: Readonly<Record<string, string>> = {
  Nothing: '',
  Space: ' ',
  Dash: '-',
  Period: '.',
  Underscore: '_',
};

const sequence = {
  StartNumberingAt: integer({ default: 1 }),
  IncrementBy: integer({ default: 1 }),
  SequencePosition: position,
  SequenceSeparator: separator,
  UsePadding: boolean({ default: false }),
  Padding: integer({ default: 3 }),
};
const dated = {
  DateTimeFormat: text({ default: 'yyyyMMdd' }),
  DateTimePosition: position,
  DateTimeSeparator: separator,
};

const selector = (
  more: ActionDefinition['selectors'][string]['arguments'],
  newName: NewName,
): ActionDefinition['selectors'][string] => ({
  arguments: { ...shared, ...more },
  outputs: renamed,
  run: (call) => ({ outputs: { RenamedFiles: renameAll(call, newName) } }),
});

export const renameFiles: ActionDefinition = {
  id: 'File.RenameFiles',
  title: 'Rename file(s)',
  summary: 'Gives files new names by one of nine rules. Ours: several files that would get one name are refused.',
  linux: 'core',
  aliases: ['File.Rename'],
  errors: [
    fileErrors.DirectoryNotFoundError,
    fileErrors.FileNotFoundError,
    fileErrors.SourceFolderDoesNotExistError,
    fileErrors.CannotRenameFileError,
  ],
  selectors: {
    Rename: selector({ NewName: text(), KeepExtension: boolean({ default: true }) }, ({ extension }, call) => {
      const name = readText(call, 'NewName');
      return readBoolean(call, 'KeepExtension') ? name + extension : name;
    }),
    RenameAddText: selector(
      { TextToAdd: text({ default: '' }), TextPosition: position },
      ({ stem, extension }, call) => {
        const added = readText(call, 'TextToAdd');
        return (readChoice(call, 'TextPosition') === 'AfterName' ? stem + added : added + stem) + extension;
      },
    ),
    RenameRemoveText: selector({ TextToRemove: text({ default: '' }) }, ({ stem, extension }, call) => {
      const unwanted = readText(call, 'TextToRemove');
      return (unwanted === '' ? stem : stem.replaceAll(unwanted, '')) + extension;
    }),
    RenameReplaceText: selector(
      { TextToReplace: text({ default: '' }), ReplaceWith: text({ default: '' }) },
      ({ stem, extension }, call) => {
        const wanted = readText(call, 'TextToReplace');
        return (wanted === '' ? stem : stem.replaceAll(wanted, () => readText(call, 'ReplaceWith'))) + extension;
      },
    ),
    RenameChangeExtension: selector({ NewExtension: text({ default: '' }) }, ({ stem }, call) => {
      const extension = readText(call, 'NewExtension').replace(/^\./, '');
      return extension === '' ? stem : `${stem}.${extension}`;
    }),
    RenameAddDateOrTime: selector(
      {
        ...dated,
        DateTimeToAdd: choice('File.DateTimeToAdd', ['Current', 'CreationTime', 'LastAccessed', 'LastModified']),
      },
      (old, call) => withDate(old, call, momentOf(old, call)),
    ),
    RenameAddCustomDateTime: selector({ ...dated, CustomDateTime: datetime() }, (old, call) =>
      withDate(old, call, readDatetime(call, 'CustomDateTime')),
    ),
    RenameAddSequentialSuffix: selector(sequence, (old, call) => withNumber(old, call, old.stem)),
    OverwriteWithSequentialSuffix: selector({ ...sequence, SequenceNewName: text() }, (old, call) =>
      withNumber(old, call, readText(call, 'SequenceNewName')),
    ),
  },
};

function momentOf({ path }: OldName, call: ActionCall): DatetimeValue {
  const { context } = call;
  const facts = context.fileFacts?.(path);
  const moments: Readonly<Record<string, number | undefined>> = {
    CreationTime: facts?.createdWallMs,
    LastAccessed: facts?.accessedWallMs,
    LastModified: facts?.modifiedWallMs,
  };
  const wallMs = moments[readChoice(call, 'DateTimeToAdd')];
  return wallMs === undefined ? datetimeFromDate(context.now(), context.timeZone) : datetimeOf(wallMs);
}

function withDate({ stem, extension }: OldName, call: ActionCall, moment: DatetimeValue): string {
  const printed = formatDatetime(moment, readText(call, 'DateTimeFormat'), call.context);
  const between = separators[readChoice(call, 'DateTimeSeparator')] ?? '';
  const isAfter = readChoice(call, 'DateTimePosition') === 'AfterName';
  return (isAfter ? stem + between + printed : printed + between + stem) + extension;
}

function withNumber({ extension, index }: OldName, call: ActionCall, stem: string): string {
  const value = readNumber(call, 'StartNumberingAt') + index * readNumber(call, 'IncrementBy');
  const width = readBoolean(call, 'UsePadding') ? readNumber(call, 'Padding') : 0;
  const printed = String(value).padStart(width, '0');
  const between = separators[readChoice(call, 'SequenceSeparator')] ?? '';
  const isAfter = readChoice(call, 'SequencePosition') === 'AfterName';
  return (isAfter ? stem + between + printed : printed + between + stem) + extension;
}

function renameAll(call: ActionCall, newName: NewName) {
  const overwrite = readChoice(call, 'IfFileExists') === 'Overwrite';
  const paths = existingFiles(readPaths(call, 'Files'));
  const targets = paths.map((path, index) => {
    const extension = extname(path);
    return join(dirname(path), checkedName(newName({ path, extension, index, stem: basename(path, extension) }, call)));
  });
  const repeated = targets.find((target, index) => targets.indexOf(target) !== index);
  if (repeated !== undefined) {
    throw failure(fileErrors.CannotRenameFileError, `More than one of the files would be called ${repeated}.`);
  }
  const done = paths.flatMap((path, index) => {
    const target = targets[index] ?? path;
    if (target !== path && !overwrite && existsSync(target)) return [];
    renameOne(path, target);
    return [fileOf(target)];
  });
  return listOf(done);
}

function checkedName(name: string): string {
  if (name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name)) return name;
  throw failure(fileErrors.CannotRenameFileError, `'${name}' is no name of a file.`);
}

function renameOne(path: string, target: string): void {
  try {
    renameSync(path, target);
  } catch (cause) {
    throw failure(fileErrors.CannotRenameFileError, `${path} could not be renamed to ${target}.`, cause);
  }
}
