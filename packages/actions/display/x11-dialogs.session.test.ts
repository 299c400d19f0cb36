import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { MessageDialog } from '@deskhand/robin';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { systemModule } from '../system/module.ts';
import { runner, testContext } from '../test-context.ts';
import { createX11Dialogs } from './x11-dialogs.ts';

/**
 * Real dialogs on a display that nobody sees; xdotool is the person. Without -noreset the display would start anew when
 * its last client leaves, and turn away whoever comes meanwhile.
 */
let screen: ChildProcess;
let environment: Record<string, string> = {};
beforeAll(async () => {
  screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '900x600x24', '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const numbers = screen.stdio[3];
  if (numbers === null || numbers === undefined || !('read' in numbers)) throw new Error('Xvfb tells no display');
  const [number] = (await once(createInterface({ input: numbers }), 'line')) as [string];
  environment = { PATH: process.env['PATH'] ?? '', HOME: '/tmp', DISPLAY: `:${number}` };
});
afterAll(async () => {
  screen.kill();
  await once(screen, 'exit');
});

const xdotool = (...args: string[]): string => execFileSync('xdotool', args, { env: environment }).toString().trim();
const windowOf = async (title: string): Promise<string> =>
  await vi.waitFor(() => xdotool('search', '--onlyvisible', '--name', title).split('\n').at(-1) ?? '', {
    timeout: 20_000,
  });
const isGone = async (title: string): Promise<void> =>
  await vi.waitFor(() => expect(() => xdotool('search', '--onlyvisible', '--name', title)).toThrow(), {
    timeout: 20_000,
  });

const dialog = (title: string, more: Partial<MessageDialog> = {}): MessageDialog => ({
  title,
  text: 'Line 1\n<b>not bold</b> & C:\\new',
  icon: 'Question',
  buttons: ['Yes', 'No', 'Cancel'],
  defaultButton: 0,
  alwaysOnTop: false,
  ...more,
});
const never = new AbortController().signal;

/** Clicks the button at its place in the row of equally wide buttons. */
async function press(title: string, index: number, count: number): Promise<void> {
  const window = await windowOf(title);
  await vi.waitFor(
    () => {
      const size = /WIDTH=(\d+)[\s\S]*HEIGHT=(\d+)/.exec(xdotool('getwindowgeometry', '--shell', window));
      const [width, height] = [Number(size?.[1]), Number(size?.[2])];
      xdotool(
        'mousemove',
        '--window',
        window,
        String(Math.round((width * (index + 0.5)) / count)),
        String(height - 24),
        'click',
        '1',
      );
      expect(() => xdotool('search', '--onlyvisible', '--name', title)).toThrow();
    },
    { timeout: 20_000, interval: 500 },
  );
}

describe('a message on a real display', () => {
  test.each([
    ['Yes', 0],
    ['No', 1],
    ['Cancel', 2],
  ])('answers with the button %s that was pressed', async (button, index) => {
    const answer = createX11Dialogs(environment).message(dialog(`pressed ${button}`), never);
    await press(`pressed ${button}`, index, 3);
    expect(await answer).toEqual({ button });
  });

  test('closes by itself and answers with the default button', async () => {
    const timed = dialog('timed', { closeAfterSeconds: 1, defaultButton: 1 });
    expect(await createX11Dialogs(environment).message(timed, never)).toEqual({ button: 'No' });
    await isGone('timed');
  });

  test.each([
    [['Yes', 'No', 'Cancel'], 'Cancel'],
    [['OK'], 'OK'],
  ])('of %s that is closed without a button answers %s', async (buttons, button) => {
    const title = `closed ${button}`;
    const answer = createX11Dialogs(environment).message(dialog(title, { buttons }), never);
    const window = await windowOf(title);
    xdotool('windowfocus', window, 'key', 'Escape');
    expect(await answer).toEqual({ button });
  });

  test('closes when the run is cancelled', async () => {
    const cancelling = new AbortController();
    const answer = createX11Dialogs(environment).message(dialog('cancelled'), cancelling.signal);
    await windowOf('cancelled');
    cancelling.abort();
    await expect(answer).rejects.toThrow(/abort/i);
    await isGone('cancelled');
  });

  test('fails by name when the display is not there', async () => {
    const nowhere = createX11Dialogs({ ...environment, DISPLAY: ':4242' });
    await expect(nowhere.message(dialog('nowhere'), never)).rejects.toMatchObject({ code: 'DialogUnavailableError' });
  });
});

test('whoever wants to know is told once the dialog can be seen', async () => {
  const shown: string[] = [];
  const dialogs = createX11Dialogs(environment, {
    onShown: (title) => shown.push(`${title} ${xdotool('search', '--onlyvisible', '--name', title) !== ''}`),
  });
  await dialogs.message(dialog('seen', { closeAfterSeconds: 6 }), never);
  expect(shown).toEqual(['seen true']);
});

test('a text that is typed comes back', async () => {
  const asked = { title: 'typing', text: 'a < b?', kind: 'SingleLine', defaultValue: '' } as const;
  const answer = createX11Dialogs(environment).input(asked, never);
  await windowOf('typing');
  xdotool('type', '--delay', '20', 'blue 42');
  xdotool('key', 'Return');
  expect(await answer).toEqual({ button: 'OK', text: 'blue 42' });
});

test('a day is chosen', async () => {
  const answer = createX11Dialogs(environment).date({ title: 'day', text: 'When?', isoDay: '2026-06-05' }, never);
  const window = await windowOf('day');
  xdotool('windowfocus', window, 'key', 'Return');
  expect(await answer).toEqual({ button: 'OK', isoDay: '2026-06-05' });
});

test('an application is waited for until it shows its window', async () => {
  const context = testContext({ environment });
  const values = { ApplicationPath: 'zenity', CommandLineArguments: '--info --title=started --text=here', Timeout: 20 };
  const result = await runner(systemModule)('System.RunApplication.RunApplicationAndWaitToLoad', values, context);
  const { ProcessId, WindowHandle } = result.outputs ?? {};
  expect(xdotool('getwindowname', String(WindowHandle))).toBe('started');
  await runner(systemModule)('System.TerminateProcess.TerminateProcessById', { ProcessId });
  await isGone('started');
});

test('a dialog that is closed with Escape is cancelled', async () => {
  const answer = createX11Dialogs(environment).select(
    { title: 'choosing', text: '', items: ['a', 'b'], multiple: false, selected: [] },
    never,
  );
  const window = await windowOf('choosing');
  xdotool('windowfocus', window, 'key', 'Escape');
  expect(await answer).toEqual({ button: 'Cancel', indexes: [] });
});
