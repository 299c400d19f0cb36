import type { MessageDialog } from '@deskhand/robin';
import { dialogUnavailable } from '../context/no-dialogs.ts';
import { reasonOf } from '../declare/errors.ts';
import { findProgram } from '../process/find-program.ts';
import { type ProcessToRun, runProcess } from '../process/run-process.ts';
import { windowIsPainted } from './painted-window.ts';
import type {
  DateDialog,
  DesktopDialogs,
  InputDialog,
  OkOrCancel,
  PathDialog,
  SelectDialog,
} from './desktop-dialogs.ts';

export const DIALOG_TEXT_MAX_LENGTH = 10_000;
export const DIALOG_ITEMS_MAX = 10_000;

/**
 * Dialogs on the X display of the run's session, shown by zenity. A message can be shown by xmessage too, where there is
 * no zenity. Each dialog is a process of its own, which ends with the run.
 */
export function createX11Dialogs(
  environment: Readonly<Record<string, string>>,
  { onShown }: { readonly onShown?: (title: string) => void } = {},
): DesktopDialogs {
  const tell = async (title: string, processId: number, signal: AbortSignal): Promise<void> => {
    if (onShown !== undefined && (await windowIsPainted(processId, environment, signal))) onShown(title);
  };
  const ask = ({ title }: AnyDialog, args: readonly string[], signal: AbortSignal, input = ''): Promise<Answer> => {
    const onStarted = (processId: number): void => void tell(title, processId, signal);
    return show({ command: zenityIn(environment), args, environment, signal, input, onStarted });
  };
  return {
    message: async (dialog, signal) => {
      if (displayOf(environment) !== undefined && findProgram('zenity', environment['PATH']) === undefined) {
        return { button: await messageByXmessage(dialog, environment, signal) };
      }
      return { button: messageAnswer(dialog, await ask(dialog, messageArguments(dialog), signal)) };
    },
    input: async (dialog, signal) => {
      const isLong = dialog.kind === 'Multiline';
      const answer = await ask(dialog, inputArguments(dialog), signal, isLong ? dialog.defaultValue : '');
      const text = answer.output.replace(/\n$/, '');
      return { button: buttonOf(answer), text: answer.exitCode === 0 ? text : '' };
    },
    select: async (dialog, signal) => {
      const answer = await ask(dialog, selectArguments(dialog), signal, rowsOf(dialog));
      const indexes =
        answer.exitCode === 0
          ? answer.output
              .split('\n')
              .filter((line) => line !== '')
              .map(Number)
          : [];
      return { button: buttonOf(answer), indexes };
    },
    date: async (dialog, signal) => {
      const answer = await ask(dialog, dateArguments(dialog), signal);
      return { button: buttonOf(answer), isoDay: answer.exitCode === 0 ? answer.output.trim() : '' };
    },
    paths: async (dialog, signal) => {
      const answer = await ask(dialog, pathArguments(dialog), signal);
      const paths = answer.exitCode === 0 ? answer.output.split('\n').filter((line) => line !== '') : [];
      return { button: buttonOf(answer), paths };
    },
  };
}

type AnyDialog = MessageDialog | InputDialog | SelectDialog | DateDialog | PathDialog;

interface Answer {
  readonly exitCode: number;
  readonly output: string;
}

const buttonOf = ({ exitCode }: Answer): OkOrCancel => (exitCode === 0 ? 'OK' : 'Cancel');

const displayOf = (environment: Readonly<Record<string, string>>): string | undefined =>
  environment['DISPLAY'] === '' ? undefined : environment['DISPLAY'];

function zenityIn(environment: Readonly<Record<string, string>>): string {
  if (displayOf(environment) === undefined) throw dialogUnavailable('this run has no display (DISPLAY is not set)');
  const zenity = findProgram('zenity', environment['PATH']);
  if (zenity === undefined) throw dialogUnavailable('zenity is not installed on this machine');
  return zenity;
}

async function show(wanted: Omit<ProcessToRun, 'folder'>): Promise<Answer> {
  const { environment, signal } = wanted;
  try {
    const { exitCode, stdout, stderr } = await runProcess({ ...wanted, folder: '/' });
    const complaint = stderr.toString();
    if (exitCode !== 0 && /cannot open display|can't open display|unable to open display/i.test(complaint)) {
      throw dialogUnavailable(`the display ${displayOf(environment)} cannot be opened`);
    }
    return { exitCode, output: stdout.toString() };
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof Error && 'code' in cause && cause.code === 'DialogUnavailableError') throw cause;
    throw dialogUnavailable(reasonOf(cause));
  }
}

const shownText = (text: string): string =>
  text.length > DIALOG_TEXT_MAX_LENGTH ? `${text.slice(0, DIALOG_TEXT_MAX_LENGTH)}…` : text;
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 200);

const WIDE_LINE_LENGTH = 90;
const WIDE_DIALOG_PX = 600;
const sizeFor = (text: string): readonly string[] =>
  text.split('\n').some((line) => line.length > WIDE_LINE_LENGTH) ? [`--width=${WIDE_DIALOG_PX}`] : ['--no-wrap'];

const icons: Readonly<Record<MessageDialog['icon'], string>> = {
  None: 'text-x-generic',
  Information: 'dialog-information',
  Question: 'dialog-question',
  WarningIcon: 'dialog-warning',
  ErrorIcon: 'dialog-error',
};

function messageArguments({ title, text, icon, buttons, closeAfterSeconds }: MessageDialog): readonly string[] {
  return [
    '--question',
    '--switch',
    '--no-markup',
    `--title=${oneLine(title)}`,
    `--text=${shownText(text)}`,
    `--icon-name=${icons[icon]}`,
    ...sizeFor(text),
    ...(closeAfterSeconds === undefined ? [] : [`--timeout=${Math.max(1, Math.ceil(closeAfterSeconds))}`]),
    ...buttons.map((button) => `--extra-button=${button}`),
  ];
}

/** zenity ends with 5 when its time is over. */
const TIMED_OUT_CODE = 5;

/** A window closed without a button means Cancel where there is one, as on Windows; otherwise the default button. */
function messageAnswer({ buttons, defaultButton }: MessageDialog, { exitCode, output }: Answer): string {
  const pressed = output.trim();
  if (buttons.includes(pressed)) return pressed;
  if (exitCode !== TIMED_OUT_CODE && buttons.includes('Cancel')) return 'Cancel';
  return buttons[defaultButton] ?? buttons[0] ?? 'OK';
}

async function messageByXmessage(
  dialog: MessageDialog,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  const command = findProgram('xmessage', environment['PATH']);
  if (command === undefined) throw dialogUnavailable('neither zenity nor xmessage is installed on this machine');
  // Exit codes from 101 on, because xmessage itself ends with 0 and 1.
  const buttons = dialog.buttons.map((button, index) => `${button}:${FIRST_BUTTON_CODE + index}`).join(',');
  const args = ['-center', '-title', oneLine(dialog.title), '-buttons', buttons, '-file', '-'];
  const timeout =
    dialog.closeAfterSeconds === undefined ? [] : ['-timeout', String(Math.ceil(dialog.closeAfterSeconds))];
  const text = dialog.text.slice(0, DIALOG_TEXT_MAX_LENGTH);
  const { exitCode } = await show({ command, args: [...timeout, ...args], environment, signal, input: text });
  return dialog.buttons[exitCode - FIRST_BUTTON_CODE] ?? dialog.buttons[dialog.defaultButton] ?? 'OK';
}
const FIRST_BUTTON_CODE = 101;

function inputArguments({ title, text, kind, defaultValue, choices = [] }: InputDialog): readonly string[] {
  if (kind === 'Multiline')
    return ['--text-info', '--editable', `--title=${oneLine(title || text)}`, '--width=500', '--height=300'];
  return [
    '--entry',
    `--title=${oneLine(title)}`,
    `--text=${entryText(text)}`,
    // What was typed before is never shown to `ps`: a password has no default here.
    ...(kind === 'Password' ? ['--hide-text'] : [`--entry-text=${oneLine(defaultValue)}`]),
    ...choices.map(oneLine),
  ];
}

/** zenity reads escapes such as `\\n` in the words of an entry, and an underline as the mark of a key. */
const entryText = (text: string): string => withoutEscapes(text).replaceAll('_', '__');
/** The words above a list are markup, and no option turns that off. */
const listText = (text: string): string =>
  withoutEscapes(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const withoutEscapes = (text: string): string => shownText(text).replaceAll('\\', '\\\\');

function selectArguments({ title, text, multiple }: SelectDialog): readonly string[] {
  return [
    '--list',
    `--title=${oneLine(title)}`,
    `--text=${listText(text)}`,
    ...(multiple ? ['--checklist', '--column=.'] : []),
    '--column=number',
    '--column=item',
    `--hide-column=${multiple ? 2 : 1}`,
    `--print-column=${multiple ? 2 : 1}`,
    '--hide-header',
    '--separator=\n',
    '--width=400',
    '--height=400',
  ];
}

const rowsOf = ({ items, multiple, selected }: SelectDialog): string =>
  items
    .slice(0, DIALOG_ITEMS_MAX)
    .map((item, index) => {
      const mark = multiple ? `${selected.includes(index) ? 'TRUE' : 'FALSE'}\n` : '';
      return `${mark}${index}\n${oneLine(item) || ' '}\n`;
    })
    .join('');

function dateArguments({ title, text, isoDay }: DateDialog): readonly string[] {
  const [year, month, day] = isoDay.split('-').map(Number);
  const words = [`--title=${oneLine(title)}`, `--text=${entryText(text)}`];
  return ['--calendar', ...words, `--year=${year}`, `--month=${month}`, `--day=${day}`, '--date-format=%Y-%m-%d'];
}

function pathArguments({ title, wanted, startFolder, patterns }: PathDialog): readonly string[] {
  return [
    '--file-selection',
    `--title=${oneLine(title)}`,
    '--separator=\n',
    ...(wanted === 'folder' ? ['--directory'] : []),
    ...(wanted === 'files' ? ['--multiple'] : []),
    ...(startFolder === undefined ? [] : [`--filename=${startFolder.replace(/\/?$/, '/')}`]),
    ...(patterns.length === 0 ? [] : [`--file-filter=${patterns.join(' ')}`]),
  ];
}
