import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { actionModules, createActionContext, knownActions } from '@deskhand/actions';
import { checkText, type FlowOutcome, type MessageDialog, parseFlow, type RobinValue, runFlow } from '@deskhand/robin';
import { afterEach, beforeEach, expect, test } from 'vitest';

const scripts = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.robin'));
const read = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'examples-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('there are examples', () => expect(scripts).toContain('hello-desktop.robin'));

test.each(scripts)('%s has no findings, not even in strict mode', (name) => {
  expect(checkText(read(name), { modules: actionModules, knownActions, mode: 'strict' })).toEqual([]);
});

/** A stand-in who presses the first button of each dialog. */
const personWho = (saw: MessageDialog[]) => ({
  message: (dialog: MessageDialog) => {
    saw.push(dialog);
    return Promise.resolve({ button: dialog.buttons[0] ?? '' });
  },
});

/** Runs an example in a home folder of its own. */
async function run(name: string, inputs: Readonly<Record<string, RobinValue>>, hasScreen = true) {
  const shown: MessageDialog[] = [];
  const { signal } = new AbortController();
  const context = createActionContext({
    signal,
    workingFolder: folder,
    environment: { PATH: process.env['PATH'] ?? '', HOME: folder, DISPLAY: ':7', DESKHAND_SESSION: 'test' },
    ...(hasScreen ? { dialogs: personWho(shown) } : {}),
  });
  const outcome = await runFlow(parseFlow(read(name), { mode: 'strict' }).flow, {
    modules: actionModules,
    context,
    inputs,
    clockMs: () => performance.now(),
    wait: async (durationMs, stop) => await sleep(durationMs, undefined, { signal: stop }),
    yieldTurn: async () => await sleep(0),
  });
  return { outcome, shown };
}

const outputsOf = (outcome: FlowOutcome): Readonly<Record<string, RobinValue>> => {
  expect(outcome).toMatchObject({ state: 'succeeded' });
  return outcome.state === 'cancelled' ? {} : outcome.outputs;
};

test('Hello desktop greets, shows a window that closes by itself, and leaves nothing behind', async () => {
  const { outcome, shown } = await run('hello-desktop.robin', { Name: 'Ada' });
  expect(outputsOf(outcome)['Note']).toMatch(/^Hello Ada, it is \w+, /);
  expect(shown).toMatchObject([{ title: 'Hello desktop', closeAfterSeconds: 2 }]);
  expect(existsSync(join(folder, 'hello-desktop.txt'))).toBe(false);
});

test('Hello desktop also runs where there is no screen', async () => {
  const { outcome } = await run('hello-desktop.robin', {}, false);
  expect(outputsOf(outcome)['Note']).toMatch(/^Hello world, /);
});

test('the invoice report adds up what is open', async () => {
  copyFileSync(join(import.meta.dirname, 'invoices.csv'), join(folder, 'invoices.csv'));
  const { outcome } = await run('invoice-report.robin', { InvoicesPath: 'invoices.csv', ReportPath: 'report.txt' });
  const total = outputsOf(outcome)['Total'];
  expect(total).toBeGreaterThan(0);
  expect(readFileSync(join(folder, 'report.txt'), 'utf8')).toContain(`Open in all: ${String(total)}`);
});

test('a missing list of invoices fails the report', async () => {
  const { outcome } = await run('invoice-report.robin', { InvoicesPath: 'nowhere.csv', ReportPath: 'report.txt' });
  expect(outcome).toMatchObject({ state: 'failed', error: { code: 'FileNotFoundError' } });
});

test('Where am I writes down its session', async () => {
  const { outcome } = await run('where-am-i.robin', { ReportPath: 'report.json' });
  expect(outputsOf(outcome)['Display']).toBe(':7');
  const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8').replace(/^\ufeff/, '')) as unknown;
  expect(report).toMatchObject({ display: ':7', session: 'test', uid: String(process.getuid?.()) });
});
