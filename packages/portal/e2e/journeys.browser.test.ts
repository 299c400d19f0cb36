import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PortalUnderTest, startPortal } from './portal-under-test.ts';

let portal: PortalUnderTest;
beforeAll(async () => {
  portal = await startPortal();
});
afterAll(async () => {
  await portal?.close();
});

/** Keeps every body that the page sends from now on; answers how to read them. */
async function keepSent(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(() => {
    const sent: string[] = [];
    const before = globalThis.fetch;
    globalThis.fetch = (input, init) => {
      if (typeof init?.body === 'string') sent.push(init.body);
      return before(input, init);
    };
    Object.assign(window, { sent });
  });
  return () => page.evaluate(() => (window as unknown as { sent: string[] }).sent);
}

test('from the one-time link to the example: account, one click, a run with a live log', async () => {
  const { page } = await portal.open('/setup#code=first', { scenario: 'first-run' });
  await page.getByLabel('Your name').fill('Alice');
  expect(page.url()).not.toContain('first');
  await page.getByLabel('Work e-mail').fill('alice@example.com');
  await page.getByLabel('Password').fill('a long enough password');
  expect(await page.getByLabel('Allowed domain').inputValue()).toBe('example.com');
  await page.getByRole('button', { name: 'Create account and continue' }).click();
  await page.getByRole('button', { name: 'Run Hello desktop' }).click();
  await page.waitForURL(/\/runs\/run-\d+$/);
  await page.locator('.log-line').first().waitFor({ timeout: 20_000 });
  await page.locator('.page-head').getByText('Succeeded').waitFor({ timeout: 30_000 });
  await page.context().close();
});

test('a wrong password is told with its code, and the way back is kept', async () => {
  const { page } = await portal.open('/runs?state=failed', { scenario: 'signed-out' });
  await page.waitForURL(/\/sign-in\?return=/);
  await page.getByLabel('Work e-mail').fill('alice@example.com');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('sign-in-refused').waitFor();
  await page.getByLabel('Password').fill('right');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/runs\?state=failed$/);
  await page.context().close();
});

const orderOf = (names: string[]) => names.map((name) => Number(/\d+$/.exec(name)?.[0]));

test('the queue by keyboard alone: down the rows, to the top, and back', async () => {
  const { page } = await portal.open('/gateway-clusters/clu-kiosks/run-queue');
  const table = page.getByRole('table', { name: 'Waiting runs in order' });
  const order = async () => orderOf(await table.locator('td[data-label="Run"] a').allInnerTexts());
  await table.waitFor();
  expect(await order()).toEqual([4815, 4820, 4816, 4818, 4819, 4821]);
  const run = table.getByRole('link', { name: 'Stock sync 4821' });
  await run.focus();
  await page.keyboard.press('Alt+ArrowUp');
  await expect.poll(order).toEqual([4821, 4815, 4820, 4816, 4818, 4819]);
  expect(await run.evaluate((link) => link === document.activeElement)).toBe(true);
  await page.keyboard.press('Alt+ArrowDown');
  await expect.poll(order).toEqual([4815, 4820, 4816, 4818, 4819, 4821]);
  await page.context().close();
});

test('several selected runs are moved to the top in their order', async () => {
  const { page } = await portal.open('/gateway-clusters/clu-kiosks/run-queue');
  const table = page.getByRole('table', { name: 'Waiting runs in order' });
  await table.getByRole('checkbox', { name: 'Select Stock sync 4816' }).check();
  await table.getByRole('checkbox', { name: 'Select Stock sync 4821' }).check();
  await page.getByRole('button', { name: 'Move to top in this order' }).click();
  await expect
    .poll(async () => orderOf(await table.locator('td[data-label="Run"] a').allInnerTexts()))
    .toEqual([4816, 4821, 4815, 4820, 4818, 4819]);
  await page.context().close();
});

test('rows keep their place and focus while fifty events arrive', async () => {
  const { page } = await portal.open('/gateway-clusters/clu-kiosks/run-queue');
  const table = page.getByRole('table', { name: 'Waiting runs in order' });
  const run = table.getByRole('link', { name: 'Invoices 4818' });
  await run.focus();
  const before = await table.locator('td[data-label="Run"] a').allInnerTexts();
  await page.evaluate(() => {
    const { world, sendLive } = window.simulated!;
    world.runs = world.runs.map((item) => (item.id === 'run-4821' ? { ...item, priority: 'high' } : item));
    for (let version = 0; version < 50; version++)
      sendLive({ type: 'run-queue', data: { clusterId: 'clu-kiosks', version } });
  });
  await page.getByRole('button', { name: 'The order changed. Show it' }).waitFor();
  expect(await table.locator('td[data-label="Run"] a').allInnerTexts()).toEqual(before);
  expect(await run.evaluate((link) => link === document.activeElement)).toBe(true);
  await page.context().close();
});

test('a failed run is resubmitted from the action menu of the flow’s page', async () => {
  const { page } = await portal.open('/desktop-flows/flow-invoices');
  await page.getByRole('button', { name: 'Actions for Invoices 4810' }).click();
  await page.getByRole('menuitem', { name: 'Resubmit', exact: true }).click();
  await page.getByText('Resubmitted as Invoices 4901, version 7.').waitFor();
  await page.context().close();
});

test('an uncertain run is resubmitted only after a warning', async () => {
  const { page } = await portal.open('/runs/run-4807');
  await page.getByRole('button', { name: 'Resubmit' }).click();
  await page.getByRole('menuitem', { name: 'Resubmit current version' }).click();
  const dialog = page.getByRole('dialog', { name: 'Resubmit Stock sync 4807?' });
  await dialog.getByRole('button', { name: 'Resubmit run' }).click();
  await page.getByText(/Resubmitted as Stock sync/).waitFor();
  await page.context().close();
});

test('all runs that match a filter are cancelled at once, after their number was confirmed', async () => {
  const { page } = await portal.open('/runs?state=queued');
  const table = page.getByRole('table', { name: 'Runs' });
  await table
    .getByRole('checkbox', { name: /^Select (?!all)/ })
    .first()
    .check();
  const bar = page.getByRole('toolbar', { name: 'Actions for the selected runs' });
  const everyOne = bar.getByRole('button', { name: /^Select all \d+ runs that match the filter$/ });
  const count = /\d+/.exec(await everyOne.innerText())?.[0] ?? '';
  await everyOne.click();
  await bar.getByText(`All ${count} runs that match`).waitFor();
  await bar.getByRole('button', { name: 'Cancel runs' }).click();
  const dialog = page.getByRole('dialog', { name: `Cancel ${count} runs?` });
  await dialog.getByRole('button', { name: 'Cancel runs' }).click();
  await page.getByText(`${count} runs cancelled.`).waitFor();
  await page.getByText('No run matches').waitFor();
  await page.context().close();
});

test('several selected runs are cancelled in one request, and those that had ended are told', async () => {
  const { page } = await portal.open('/runs');
  const table = page.getByRole('table', { name: 'Runs' });
  await table.getByRole('checkbox', { name: 'Select Stock sync 4816' }).check();
  await table.getByRole('checkbox', { name: 'Select Invoices 4810' }).check();
  const bar = page.getByRole('toolbar', { name: 'Actions for the selected runs' });
  expect(await bar.getByRole('button', { name: /^Select all/ }).count()).toBe(0);
  await bar.getByRole('button', { name: 'Cancel runs' }).click();
  await page.getByText('1 run cancelled.').waitFor();
  await page.getByText('1 run refused.').waitFor();
  await page.getByText('This run has already finished. (run-already-finished)').waitFor();
  await page.context().close();
});

test('a run is submitted again with the version that it had', async () => {
  const { page } = await portal.open('/runs/new?from=run-4810');
  await page.evaluate(() => {
    const { world } = window.simulated!;
    world.runs = world.runs.map((run) => (run.id === 'run-4810' ? { ...run, flow: { ...run.flow, version: 6 } } : run));
  });
  await page.getByRole('link', { name: 'Runs', exact: true }).first().click();
  await page.getByRole('button', { name: 'Actions for Invoices 4810' }).click();
  await page.getByRole('menuitem', { name: 'Resubmit with changed inputs…' }).click();
  await page.getByRole('radio', { name: 'Current, version 7' }).waitFor();
  expect(await page.getByRole('link', { name: 'Invoices 4810' }).getAttribute('href')).toBe('/runs/run-4810');
  await page.getByRole('radio', { name: 'Original, version 6' }).check();
  await page.getByRole('button', { name: 'Resubmit run' }).click();
  await page.waitForURL(/\/runs\/run-49\d\d$/);
  await page.locator('.facts > div', { hasText: 'Flow version' }).getByText('6', { exact: true }).waitFor();
  await page.context().close();
});

test('a sealed input of the earlier run is kept where its field stays empty, and sealed anew where it does not', async () => {
  const { page } = await portal.open('/runs/new?from=run-4810');
  await page.evaluate(() => {
    const { world } = window.simulated!;
    const inputs = { Month: '2026-11', DryRun: false, LedgerPin: { sealed: true } };
    world.runs = world.runs.map((run) => (run.id === 'run-4810' ? { ...run, inputs } : run));
  });
  const sentBodies = await keepSent(page);
  const resubmit = async () => {
    await page.getByRole('link', { name: 'Runs', exact: true }).first().click();
    await page.getByRole('button', { name: 'Actions for Invoices 4810' }).click();
    await page.getByRole('menuitem', { name: 'Resubmit with changed inputs…' }).click();
    await page.getByText('Leave it empty to use what the earlier run had.').waitFor();
  };
  const send = async () => {
    await page.getByRole('button', { name: 'Resubmit run' }).click();
    await page.waitForURL(/\/runs\/run-49\d\d$/);
    const sent = (await sentBodies()).at(-1) ?? '';
    return (JSON.parse(sent) as { inputs: Record<string, unknown> }).inputs.LedgerPin;
  };
  await resubmit();
  expect(await send()).toEqual({ sealed: true });
  await resubmit();
  await page.getByLabel('Ledger PIN').fill('4711');
  expect(await send()).toEqual({ sealed: expect.stringMatching(/^.{40,}$/) as string });
  await page.context().close();
});

test('a log of twenty thousand lines opens at its end and draws only what is seen', async () => {
  const { page } = await portal.open('/runs/run-4812');
  await page.getByText('Count = 20000').waitFor();
  expect(await page.locator('.log-line').count()).toBeLessThan(80);
  await page.context().close();
});

test('a log with an error opens at the first one', async () => {
  const { page } = await portal.open('/runs/run-4810');
  await page.locator('.log-line[data-chosen="true"]', { hasText: 'was not found' }).waitFor();
  await page.context().close();
});

test('somebody else’s save is never overwritten', async () => {
  const { page } = await portal.open('/desktop-flows/flow-invoices/edit');
  const editor = page.getByRole('textbox', { name: 'Script of Invoices' });
  await editor.click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('# changed-meanwhile ');
  await page.keyboard.press('Control+s');
  await page.getByText('Somebody saved Invoices while you were editing.').waitFor();
  expect(await editor.innerText()).toContain('changed-meanwhile');
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  await page.getByRole('dialog', { name: 'Leave without saving?' }).waitFor();
  await page.context().close();
});

test('a password leaves the browser sealed', async () => {
  const { page } = await portal.open('/connections?new=yes');
  const sentBodies = await keepSent(page);
  await page.getByRole('textbox', { name: /^Name/ }).fill('Test');
  await page.getByLabel('Account name').fill('alice');
  await page.getByLabel('Password of the account').fill('correct horse battery');
  await page.getByRole('button', { name: 'Make connection' }).click();
  await page.getByText('Made connection Test; its password is sealed.').waitFor();
  const sent = (await sentBodies()).join('\n');
  expect(sent).toContain('"sealed":"');
  expect(sent).not.toContain('correct horse');
  await page.context().close();
});

test('the form says where a run would start, again with each change, before anything is submitted', async () => {
  const { page } = await portal.open('/runs/new?flow=flow-invoices');
  const pane = page.getByRole('complementary', { name: 'Where it will run' });
  await pane.getByText('It would wait in the run queue').waitFor();
  await page.getByRole('radio', { name: 'High' }).click();
  await pane.getByText('It would start now on').waitFor();
  await pane.getByText('Could start it now.').first().waitFor();
  expect(page.url()).toContain('/runs/new');
  await page.context().close();
});

test('a refused submit says why and keeps what was typed', async () => {
  const { page } = await portal.open('/runs/new?flow=flow-fail');
  await page.getByRole('button', { name: 'Submit run' }).click();
  await page.getByRole('alert').getByText('AccountMismatch').waitFor();
  expect(page.url()).toContain('flow=flow-fail');
  await page.context().close();
});

test('live updates can be paused and resumed', async () => {
  const { page } = await portal.open('/');
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Pause live updates' }).click();
  await page.getByText('Paused', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Resume live updates' }).click();
  await page.getByText('Live', { exact: true }).waitFor();
  await page.context().close();
});

test('keys lead to pages and to the filter', async () => {
  const { page } = await portal.open('/');
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.waitForURL(/\/runs$/);
  await page.getByRole('textbox', { name: 'Search runs' }).waitFor();
  await page.keyboard.press('/');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Search runs');
  await page.context().close();
});

test('a machine is checked from its cluster’s page: it looks, and what is amiss comes first with its fix', async () => {
  const { page, faults } = await portal.open('/gateway-clusters/clu-kiosks');
  await page.getByRole('button', { name: 'Actions for kiosk-1' }).click();
  await page.getByRole('menuitem', { name: 'Check this machine…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Machine of kiosk-1' });
  await dialog.getByText('kiosk-1 looks at its machine').waitFor();
  const checks = dialog.getByRole('table', { name: 'Checks of the machine' });
  await checks.waitFor({ timeout: 10_000 });
  const names = await checks.getByRole('rowheader').allInnerTexts();
  expect(names.slice(0, 3).map((name) => name.trim())).toEqual(['sessions', 'desktop', 'gateway']);
  await checks.getByText('Try: sign somebody out').waitFor();
  expect(await checks.getByRole('link', { name: 'sessions', exact: true }).getAttribute('href')).toBe(
    '/docs/gateway/troubleshoot#check-sessions',
  );
  expect(faults).toEqual([]);
  await page.context().close();
});

test('S48: a connection is checked on every gateway: the one that differs says so, with who mends it', async () => {
  const { page, faults } = await portal.open('/connections');
  await page.getByRole('button', { name: 'Actions for Ledger' }).click();
  await page.getByRole('menuitem', { name: 'Check on every gateway…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Ledger on every gateway' });
  await dialog.getByText('Never checked.').waitFor();
  await dialog.getByRole('button', { name: 'Check now' }).click();
  await dialog.getByText('One gateway after another is asked').waitFor();
  const table = dialog.getByRole('table', { name: 'What each gateway says' });
  await dialog.getByText('Last checked').waitFor();
  await dialog.getByRole('button', { name: 'Check again' }).waitFor({ timeout: 10_000 });
  await table.getByText('alice may sign in, and the password is right.').first().waitFor();
  const differs = table.getByRole('row').filter({ hasText: 'kiosk-2' });
  await differs.getByText('tried once and is not tried again').waitFor({ timeout: 10_000 });
  await differs.getByText('The owner of the connection: Give the account the same password').waitFor();
  expect(await dialog.getByRole('link', { name: 'Learn more' }).getAttribute('href')).toBe(
    '/docs/gateway/troubleshoot#accounts',
  );
  expect(faults).toEqual([]);
  await page.context().close();
});

test('S59: an offline machine is not asked; power and network are said first, with the way to help', async () => {
  const { page } = await portal.open('/gateway-clusters/clu-kiosks');
  await page.getByRole('button', { name: 'Actions for kiosk-3' }).click();
  await page.getByRole('menuitem', { name: 'Check this machine…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Machine of kiosk-3' });
  const steps = dialog.getByRole('listitem');
  await steps.first().waitFor();
  expect((await steps.allInnerTexts()).map((step) => step.includes('power'))).toEqual([true, false, false]);
  expect(await dialog.getByRole('link', { name: 'Learn more' }).getAttribute('href')).toBe(
    '/docs/gateway/troubleshoot#offline',
  );
  await page.context().close();
});

test('a run that failed at the machine’s fault shows how the machine was, and its code leads to help', async () => {
  const { page } = await portal.open('/runs/run-4804');
  await page.getByRole('heading', { name: 'The machine when the run failed' }).waitFor();
  await page.getByRole('table', { name: 'Checks of the machine' }).waitFor();
  expect(await page.getByRole('link', { name: 'cannot-create-session' }).first().getAttribute('href')).toBe(
    '/docs/errors#cannot-create-session',
  );
  await page.context().close();
});
