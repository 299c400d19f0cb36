import {
  type ArgumentValue,
  datetimeFromParts,
  type DialogService,
  listOf,
  type MessageDialog,
  textList,
} from '@deskhand/robin';
import { expect, test } from 'vitest';
import { runner, testContext } from '../test-context.ts';
import type { DateDialog, DesktopDialogs, InputDialog, PathDialog, SelectDialog } from './desktop-dialogs.ts';
import { displayModule } from './module.ts';
import { createX11Dialogs } from './x11-dialogs.ts';

const run = runner(displayModule);
type Asked = MessageDialog | InputDialog | SelectDialog | DateDialog | PathDialog;

/** Answers in place of a person, and keeps what was asked. */
function answering(answers: Partial<Record<'button' | 'text' | 'indexes' | 'isoDay' | 'paths', unknown>>) {
  const asked: Asked[] = [];
  const answer = (dialog: Asked) => {
    asked.push(dialog);
    return Promise.resolve({ button: 'OK', text: '', indexes: [], isoDay: '', paths: [], ...answers });
  };
  const dialogs = {
    message: answer,
    input: answer,
    select: answer,
    date: answer,
    paths: answer,
  } as unknown as DesktopDialogs;
  return { asked, dialogs };
}
const result = async (id: string, values: Readonly<Record<string, ArgumentValue>>, dialogs: DialogService) =>
  (await run(`Display.${id}`, values, testContext({ dialogs }))).outputs;

test('a message shows its words, icon and buttons, and tells the button', async () => {
  const { asked, dialogs } = answering({ button: 'No' });
  const values = { Title: 'Go', Message: 'Really?', Icon: 'Warning', Buttons: 'YesNo', DefaultButton: 'Button2' };
  expect(await result('ShowMessageDialog.ShowMessage', values, dialogs)).toEqual({ ButtonPressed: 'No' });
  expect(asked).toEqual([
    { title: 'Go', text: 'Really?', icon: 'WarningIcon', buttons: ['Yes', 'No'], defaultButton: 1, alwaysOnTop: false },
  ]);
});

test('a default button that the box does not have is its first', async () => {
  const { asked, dialogs } = answering({});
  await result('ShowMessageDialog.ShowMessageWithTimeout', { DefaultButton: 'Button3', Timeout: 7 }, dialogs);
  expect(asked[0]).toMatchObject({ buttons: ['OK'], defaultButton: 0, closeAfterSeconds: 7 });
});

test('asks for a text', async () => {
  const { asked, dialogs } = answering({ text: 'blue' });
  const values = { Title: 'T', Message: 'M', InputType: 'Multiline', DefaultValue: 'red' };
  expect(await result('InputDialog', values, dialogs)).toEqual({ UserInput: 'blue', ButtonPressed: 'OK' });
  expect(asked).toEqual([{ title: 'T', text: 'M', kind: 'Multiline', defaultValue: 'red' }]);
});

test('lets choose from a list, or from the lines of a text', async () => {
  const { asked, dialogs } = answering({ indexes: [1] });
  const values = { List: 'a\r\nb' };
  expect(await result('SelectFromListDialog.SelectFromList', values, dialogs)).toEqual({
    SelectedItem: 'b',
    SelectedIndex: 1,
    ButtonPressed: 'OK',
  });
  expect(asked[0]).toMatchObject({ items: ['a', 'b'], multiple: false });
  const typed = answering({ text: 'other' });
  expect(await result('SelectFromListDialog.SelectFromListOrInsertValue', values, typed.dialogs)).toEqual({
    SelectedItem: 'other',
    SelectedIndex: -1,
    ButtonPressed: 'OK',
  });
});

test('marks what begins with a plus as chosen', async () => {
  const { asked, dialogs } = answering({ indexes: [0, 1] });
  const values = { List: textList(['+a', 'b']), PreSelectItemsWithPlus: true };
  expect(await result('SelectFromListDialog.SelectItemsFromList', values, dialogs)).toEqual({
    SelectedItems: textList(['a', 'b']),
    SelectedIndexes: listOf([0, 1]),
    ButtonPressed: 'OK',
  });
  expect(asked[0]).toMatchObject({ items: ['a', 'b'], selected: [0] });
});

test('lets choose files and folders', async () => {
  const { asked, dialogs } = answering({ paths: ['/a', '/b'] });
  const values = { Title: 'Pick', FileFilter: 'Texts|*.txt;*.md', InitialDirectory: '/tmp' };
  expect(await result('SelectFileDialog.SelectFile', values, dialogs)).toMatchObject({ SelectedFile: { path: '/a' } });
  const many = await result('SelectFileDialog.SelectFiles', values, dialogs);
  expect(many?.['SelectedFiles']).toMatchObject({ items: [{ path: '/a' }, { path: '/b' }] });
  const folder = await result('SelectFolder', { Description: 'Where' }, dialogs);
  expect(folder).toMatchObject({ SelectedFolder: { kind: 'folder', path: '/a' }, ButtonPressed: 'OK' });
  expect(asked[0]).toEqual({ title: 'Pick', wanted: 'file', patterns: ['*.txt', '*.md'], startFolder: '/tmp' });
  expect(asked[2]).toEqual({ title: 'Where', wanted: 'folder', patterns: [] });
});

test('lets choose a day, the time of day, or two days', async () => {
  const { asked, dialogs } = answering({ isoDay: '2026-06-05', text: '7:30' });
  const day = datetimeFromParts(2026, 6, 5);
  expect(await result('SelectDateDialog.SelectDate', {}, dialogs)).toEqual({ SelectedDate: day, ButtonPressed: 'OK' });
  expect(asked[0]).toEqual({ title: '', text: '', isoDay: '2026-11-23' });
  const timed = { DateDialogFormat: 'DateAndTime', DefaultValue: datetimeFromParts(2025, 1, 2, 12, 15) };
  expect(await result('SelectDateDialog.SelectDate', timed, dialogs)).toEqual({
    SelectedDate: datetimeFromParts(2026, 6, 5, 7, 30),
    ButtonPressed: 'OK',
  });
  expect(asked.slice(1)).toMatchObject([{ isoDay: '2025-01-02' }, { kind: 'SingleLine', defaultValue: '12:15' }]);
  const range = { SelectedDate: day, SecondSelectedDate: day, ButtonPressed: 'OK' };
  expect(await result('SelectDateDialog.SelectDateRange', {}, dialogs)).toEqual(range);
});

test('a date that is not chosen stays the one that was shown, and no second one is asked for', async () => {
  const { asked, dialogs } = answering({ button: 'Cancel' });
  const values = {
    DefaultValue: datetimeFromParts(2025, 1, 2),
    DefaultValueForSecondDate: datetimeFromParts(2025, 1, 3),
  };
  expect(await result('SelectDateDialog.SelectDateRange', values, dialogs)).toEqual({
    SelectedDate: values.DefaultValue,
    SecondSelectedDate: values.DefaultValueForSecondDate,
    ButtonPressed: 'Cancel',
  });
  expect(asked).toHaveLength(1);
});

test('without a display every dialog fails by name', async () => {
  const dialogs = createX11Dialogs({ PATH: process.env['PATH'] ?? '' });
  const unavailable = { code: 'DialogUnavailableError' };
  await expect(result('ShowMessageDialog.ShowMessage', {}, dialogs)).rejects.toMatchObject(unavailable);
  await expect(result('InputDialog', {}, dialogs)).rejects.toMatchObject(unavailable);
  const { message } = answering({}).dialogs;
  await expect(result('SelectFolder', {}, { message })).rejects.toMatchObject(unavailable);
});
