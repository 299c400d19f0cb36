import {
  type ActionCall,
  type ActionDefinition,
  type ActionModule,
  datetimeFromDate,
  type DatetimeValue,
  fileOf,
  folderOf,
  listOf,
  type MessageDialog,
  textList,
  toText,
} from '@deskhand/robin';
import { formatDatetime } from '../date-format/format-datetime.ts';
import { parseExact } from '../date-format/parse-datetime.ts';
import { any, boolean, choice, datetime, folder, integer, output, text } from '../declare/arguments.ts';
import { splitLines } from '../declare/new-line.ts';
import {
  readAny,
  readBoolean,
  readChoice,
  readDatetime,
  readNumber,
  readOptionalPath,
  readText,
} from '../declare/read-argument.ts';
import { desktopDialogs, type InputDialog } from './desktop-dialogs.ts';

/** Every dialog may fail for one reason, and the title says which. */
const errors = [{ code: 'DialogUnavailableError', title: 'Dialog unavailable' }] as const;
const pressed = output('text', 'ButtonPressed');
const topMost = boolean({ default: false });
const titled = { Title: text({ default: '' }), Message: text({ default: '' }), IsTopMost: topMost };

const buttonSets: Readonly<Record<string, readonly string[]>> = {
  OK: ['OK'],
  OKCancel: ['OK', 'Cancel'],
  YesNo: ['Yes', 'No'],
  YesNoCancel: ['Yes', 'No', 'Cancel'],
  AbortRetryIgnore: ['Abort', 'Retry', 'Ignore'],
  RetryCancel: ['Retry', 'Cancel'],
};
const icons: Readonly<Record<string, MessageDialog['icon']>> = {
  None: 'None',
  Information: 'Information',
  Question: 'Question',
  Warning: 'WarningIcon',
  WarningIcon: 'WarningIcon',
  ErrorIcon: 'ErrorIcon',
};

const messageArguments = {
  ...titled,
  Icon: choice('Display.Icon', Object.keys(icons)),
  Buttons: choice('Display.Buttons', Object.keys(buttonSets)),
  DefaultButton: choice('Display.DefaultButton', ['Button1', 'Button2', 'Button3']),
};

const showMessage: ActionDefinition = {
  id: 'Display.ShowMessageDialog',
  title: 'Display message',
  summary:
    'Shows a message on the screen of the run and waits for a button. Ours: by its timeout it answers with the default button; closed without a button with Cancel, or with the default where there is no Cancel.',
  linux: 'core',
  aliases: ['Display.ShowMessage'],
  errors,
  selectors: {
    ShowMessage: {
      arguments: messageArguments,
      outputs: { ButtonPressed: pressed },
      run: (call) => message(call),
    },
    ShowMessageWithTimeout: {
      arguments: { ...messageArguments, Timeout: integer({ default: 3, summary: 'Seconds.' }) },
      outputs: { ButtonPressed: pressed },
      run: (call) => message(call, readNumber(call, 'Timeout')),
    },
  },
};

async function message(call: ActionCall, closeAfterSeconds?: number) {
  const buttons = buttonSets[readChoice(call, 'Buttons')] ?? ['OK'];
  const wanted = Number(readChoice(call, 'DefaultButton').slice(-1)) - 1;
  const dialog: MessageDialog = {
    title: readText(call, 'Title'),
    text: readText(call, 'Message'),
    icon: icons[readChoice(call, 'Icon')] ?? 'None',
    buttons,
    defaultButton: wanted < buttons.length ? wanted : 0,
    alwaysOnTop: readBoolean(call, 'IsTopMost'),
    ...(closeAfterSeconds === undefined ? {} : { closeAfterSeconds }),
  };
  const { button } = await call.context.dialogs.message(dialog, call.context.signal);
  return { outputs: { ButtonPressed: button } };
}

const inputKinds: readonly InputDialog['kind'][] = ['SingleLine', 'Password', 'Multiline'];

const inputDialog: ActionDefinition = {
  id: 'Display.InputDialog',
  title: 'Display input dialog',
  summary: 'Asks for a text. Ours: a password is asked for without its default value.',
  linux: 'core',
  errors,
  selectors: {
    '': {
      arguments: {
        ...titled,
        DefaultValue: text({ default: '' }),
        InputType: choice('Display.InputType', inputKinds),
      },
      outputs: { UserInput: output('text', 'UserInput'), ButtonPressed: pressed },
      run: async (call) => {
        const type = readChoice(call, 'InputType');
        const kind = inputKinds.find((known) => known === type) ?? 'SingleLine';
        const dialog = { ...wording(call), kind, defaultValue: readText(call, 'DefaultValue') };
        const answer = await desktopDialogs(call.context.dialogs).input(dialog, call.context.signal);
        return { outputs: { UserInput: answer.text, ButtonPressed: answer.button } };
      },
    },
  },
};

const wording = (call: ActionCall) => ({ title: readText(call, 'Title'), text: readText(call, 'Message') });

const listed = { ...titled, List: any() };
const one = {
  SelectedItem: output('text', 'SelectedItem'),
  SelectedIndex: output('number', 'SelectedIndex'),
  ButtonPressed: pressed,
};

const selectFromList: ActionDefinition = {
  id: 'Display.SelectFromListDialog',
  title: 'Display select from list dialog',
  summary: 'Lets a person choose from a list, or from the lines of a text. What is not chosen is empty and -1.',
  linux: 'core',
  errors,
  selectors: {
    SelectFromList: {
      arguments: { ...listed, AllowEmpty: boolean({ default: false }) },
      outputs: one,
      run: async (call) => {
        const items = itemsOf(call);
        const dialog = { ...wording(call), items, multiple: false, selected: [] };
        const { button, indexes } = await desktopDialogs(call.context.dialogs).select(dialog, call.context.signal);
        const index = indexes[0] ?? -1;
        return { outputs: { SelectedItem: items[index] ?? '', SelectedIndex: index, ButtonPressed: button } };
      },
    },
    SelectFromListOrInsertValue: {
      arguments: listed,
      outputs: one,
      run: async (call) => {
        const items = itemsOf(call);
        const dialog = { ...wording(call), kind: 'SingleLine', defaultValue: '', choices: items } as const;
        const { button, text: chosen } = await desktopDialogs(call.context.dialogs).input(dialog, call.context.signal);
        const index = chosen === '' ? -1 : items.indexOf(chosen);
        return { outputs: { SelectedItem: chosen, SelectedIndex: index, ButtonPressed: button } };
      },
    },
    SelectItemsFromList: {
      arguments: {
        ...listed,
        AllowEmpty: boolean({ default: false }),
        PreSelectItemsWithPlus: boolean({ default: false }),
      },
      outputs: {
        SelectedItems: output('list', 'SelectedItems'),
        SelectedIndexes: output('list', 'SelectedIndexes'),
        ButtonPressed: pressed,
      },
      run: async (call) => {
        const written = itemsOf(call);
        const marks = readBoolean(call, 'PreSelectItemsWithPlus');
        const items = marks ? written.map((item) => item.replace(/^\+/, '')) : written;
        const selected = marks ? written.flatMap((item, index) => (item.startsWith('+') ? [index] : [])) : [];
        const dialog = { ...wording(call), items, multiple: true, selected };
        const { button, indexes } = await desktopDialogs(call.context.dialogs).select(dialog, call.context.signal);
        const chosen = indexes.map((index) => items[index] ?? '');
        return {
          outputs: { SelectedItems: textList(chosen), SelectedIndexes: listOf(indexes), ButtonPressed: button },
        };
      },
    },
  },
};

function itemsOf(call: ActionCall): readonly string[] {
  const value = readAny(call, 'List');
  if (typeof value === 'object' && value.kind === 'list') return value.items.map((item) => toText(item, call.context));
  return splitLines(toText(value, call.context));
}

const dated = {
  ...titled,
  DateDialogFormat: choice('Display.DateDialogFormat', ['DateOnly', 'DateAndTime']),
  DefaultValue: datetime({ default: null }),
};

const selectDate: ActionDefinition = {
  id: 'Display.SelectDateDialog',
  title: 'Display select date dialog',
  summary:
    'Lets a person choose a day or two, and the time of day if wanted. Ours: each part is a dialog of its own; cancelled, the dates are those of the defaults, or of today.',
  linux: 'core',
  errors,
  selectors: {
    SelectDate: {
      arguments: dated,
      outputs: { SelectedDate: output('datetime', 'SelectedDate'), ButtonPressed: pressed },
      run: async (call) => {
        const { button, value } = await askDate(call, 'DefaultValue');
        return { outputs: { SelectedDate: value, ButtonPressed: button } };
      },
    },
    SelectDateRange: {
      arguments: { ...dated, DefaultValueForSecondDate: datetime({ default: null }) },
      outputs: {
        SelectedDate: output('datetime', 'SelectedDate'),
        SecondSelectedDate: output('datetime', 'SecondSelectedDate'),
        ButtonPressed: pressed,
      },
      run: async (call) => {
        const first = await askDate(call, 'DefaultValue');
        const isDone = first.button === 'Cancel';
        const second = isDone ? firstShown(call, 'DefaultValueForSecondDate') : undefined;
        const last = second === undefined ? await askDate(call, 'DefaultValueForSecondDate') : undefined;
        return {
          outputs: {
            SelectedDate: first.value,
            SecondSelectedDate: last?.value ?? second ?? first.value,
            ButtonPressed: last?.button ?? first.button,
          },
        };
      },
    },
  },
};

function firstShown(call: ActionCall, name: string): DatetimeValue {
  const { now, timeZone } = call.context;
  return call.arguments[name] === undefined ? datetimeFromDate(now(), timeZone) : readDatetime(call, name);
}

async function askDate(call: ActionCall, name: string) {
  const { context } = call;
  const dialogs = desktopDialogs(context.dialogs);
  const shown = firstShown(call, name);
  const dialog = { ...wording(call), isoDay: formatDatetime(shown, 'yyyy-MM-dd', context) };
  const { button, isoDay } = await dialogs.date(dialog, context.signal);
  const place = { culture: context.culture, timeZone: context.timeZone, now: shown };
  const day = parseExact(isoDay, 'yyyy-MM-dd', place);
  if (button === 'Cancel' || day === undefined) return { button: 'Cancel', value: shown };
  if (readChoice(call, 'DateDialogFormat') === 'DateOnly') return { button, value: day };
  const kind = { kind: 'SingleLine', defaultValue: formatDatetime(shown, 'HH:mm', context) } as const;
  const typed = await dialogs.input({ ...wording(call), ...kind }, context.signal);
  // A time that cannot be read is midnight, as if only the day had been asked for.
  const time = parseExact(typed.text, 'H:m', { ...place, now: day }) ?? day;
  return { button: typed.button, value: typed.button === 'Cancel' ? shown : time };
}

const fileArguments = {
  Title: text({ default: '' }),
  InitialDirectory: folder({ default: null }),
  FileFilter: text({ default: '' }),
  IsTopMost: topMost,
  CheckIfFileExists: boolean({ default: false }),
};

const selectFile: ActionDefinition = {
  id: 'Display.SelectFileDialog',
  title: 'Display select file dialog',
  summary: 'Lets a person choose one file or several.',
  linux: 'core',
  errors,
  selectors: {
    SelectFile: {
      arguments: fileArguments,
      outputs: { SelectedFile: output('file', 'SelectedFile'), ButtonPressed: pressed },
      run: async (call) => {
        const { paths, button } = await choosePaths(call, 'file', readText(call, 'Title'));
        return { outputs: { SelectedFile: fileOf(paths[0] ?? ''), ButtonPressed: button } };
      },
    },
    SelectFiles: {
      arguments: fileArguments,
      outputs: { SelectedFiles: output('list', 'SelectedFiles'), ButtonPressed: pressed },
      run: async (call) => {
        const { paths, button } = await choosePaths(call, 'files', readText(call, 'Title'));
        return { outputs: { SelectedFiles: listOf(paths.map(fileOf)), ButtonPressed: button } };
      },
    },
  },
};

const selectFolder: ActionDefinition = {
  id: 'Display.SelectFolder',
  title: 'Display select folder dialog',
  summary: 'Lets a person choose a folder.',
  linux: 'core',
  errors,
  selectors: {
    '': {
      arguments: {
        Description: text({ default: '' }),
        InitialDirectory: folder({ default: null }),
        IsTopMost: topMost,
      },
      outputs: { SelectedFolder: output('folder', 'SelectedFolder'), ButtonPressed: pressed },
      run: async (call) => {
        const { paths, button } = await choosePaths(call, 'folder', readText(call, 'Description'));
        return { outputs: { SelectedFolder: folderOf(paths[0] ?? ''), ButtonPressed: button } };
      },
    },
  },
};

function choosePaths(call: ActionCall, wanted: 'file' | 'files' | 'folder', title: string) {
  const startFolder = readOptionalPath(call, 'InitialDirectory');
  const filter = wanted === 'folder' ? '' : readText(call, 'FileFilter');
  const patterns = filter.split(/[;|,]/).flatMap((part) => (part.includes('*') ? [part.trim()] : []));
  const dialog = { title, wanted, patterns, ...(startFolder === undefined ? {} : { startFolder }) };
  return desktopDialogs(call.context.dialogs).paths(dialog, call.context.signal);
}

export const displayModule: ActionModule = {
  name: 'Display',
  title: 'Message boxes',
  actions: [showMessage, inputDialog, selectFromList, selectDate, selectFile, selectFolder],
};
