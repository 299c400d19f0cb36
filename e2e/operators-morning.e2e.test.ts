import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SESSION_EXISTS_SINGLE } from '@deskhand/domain/session/texts.ts';
import { type ApiClient, createClient } from '@deskhand/protocol/http/client.ts';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { builtPortal } from '../packages/portal/e2e/portal-under-test.ts';
import { type Program, startProgram } from './stack/programs.ts';
import { adminPassword, claim, freePort } from './stack/stack.ts';
import { stubMachine, type StubMachineOnLink } from './stack/stub-machine.ts';
import { waitUntil } from './stack/wait-until.ts';

const SETUP_TIMEOUT_MS = 4 * 60_000;
const SEEN_WITHIN_MS = 30_000;
const NOTE = 'New disk, back at noon';
const accounts = ['ann', 'ben', 'cleo', 'dora'] as const;
const pictures = join(import.meta.dirname, '..', '.build', 'pictures');
const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

describe('an operator’s morning, on the real server with four machines at the end of real links', () => {
  let folder: string;
  let server: Program;
  let address: string;
  let client: ApiClient;
  let browser: Browser;
  let page: Page;
  const machines = new Map<string, StubMachineOnLink>();

  beforeAll(async () => {
    await builtPortal('production');
    folder = mkdtempSync(join(tmpdir(), 'dh-morning-'));
    chmodSync(folder, 0o711);
    mkdirSync(pictures, { recursive: true });
    server = startProgram('control-plane', [
      'serve',
      '--data',
      join(folder, 'server'),
      '--port',
      String(await freePort()),
      '--controlled',
    ]);
    const said = await server.line<{ address: string; setupCode: string }>(
      (line) => line.event === 'listening',
      'that it listens',
    );
    address = said.address;
    client = createClient({ baseUrl: address, token: await claim(globalThis.fetch, address, said.setupCode) });
    await stickTheQueue();
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: quiet });
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  }, SETUP_TIMEOUT_MS);
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await picture('failed');
  });
  afterAll(async () => {
    await browser?.close();
    for (const machine of machines.values()) machine.switchOff();
    await server?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The night before: one machine lost its power, one has a person on it, one got a new disk, one was disabled. */
  async function stickTheQueue(): Promise<void> {
    const me = await client.whoAmI();
    await client.updateAccount({ params: { id: me.id }, body: { osAccounts: [...accounts] } });
    const { id: clusterId } = await client.createCluster({ body: { name: 'Kiosks' } });
    await client.updateCluster({ params: { id: clusterId }, body: { runOnAllGateways: true } });
    await client.updateSettings({ body: { unattendedAddOns: 2 } });
    for (const name of ['kiosk-1', 'kiosk-2', 'kiosk-3', 'kiosk-4']) {
      const free = { sessionLimit: name === 'kiosk-2' ? 2 : 1 };
      const place = { client, address, clusterId };
      const machine = await stubMachine(place, name, name === 'kiosk-2' ? { ...free, signedIn: ['eve'] } : free);
      machines.set(name, machine);
      await machine.switchOn();
    }
    const change = async (name: string, body: Parameters<ApiClient['updateGateway']>[0]['body']) =>
      await client.updateGateway({ params: { id: machineOf(name).id }, body });
    machineOf('kiosk-1').switchOff();
    await change('kiosk-2', { policyOverride: 'single-session' });
    await change('kiosk-3', { maintenance: { note: NOTE } });
    await change('kiosk-4', { enabled: false });
    await waitUntil('kiosk-1 to be offline', async () =>
      (await client.listGateways()).items.some((one) => one.name === 'kiosk-1' && one.status === 'offline'),
    );
    const flow = await client.createFlow({ body: { name: 'Payroll', script: 'WAIT 1' } });
    for (const accountName of accounts) {
      const connection = { name: `as ${accountName}`, clusterId, accountName, whenSessionBlocked: 'wait' } as const;
      const { id: connectionId } = await client.createConnection({ body: connection });
      const body = { flowId: flow.id, connectionId, mode: 'unattended' } as const;
      await client.submitRun({ body, idempotencyKey: accountName });
    }
  }

  const machineOf = (name: string): StubMachineOnLink => machines.get(name) ?? expect.fail(`no machine ${name}`);
  const see = (what: Locator): Promise<void> => what.first().waitFor({ timeout: SEEN_WITHIN_MS });
  const picture = async (name: string): Promise<void> => {
    await page?.screenshot({ path: join(pictures, `morning-${name}.png`), animations: 'disabled' });
  };
  const waiting = (): Locator => page.getByRole('table', { name: 'Waiting runs in order' });
  const rowOf = (account: string): Locator => waiting().getByRole('row', { name: new RegExp(`${account} · waited`) });
  const lane = (gateway: string): Locator => page.locator('.lane', { hasText: gateway });

  /** Opens the row of a run and gives back what the gateways say to it. */
  async function answersTo(account: string): Promise<(gateway: string) => Locator> {
    const row = rowOf(account);
    await see(row);
    await row.getByRole('button', { name: /^Answer of every gateway/ }).click();
    const answers = page.getByRole('table', { name: /^What each gateway says to Payroll/ });
    await see(answers);
    return (gateway) => answers.getByRole('row', { name: new RegExp(`^${gateway}`) });
  }

  /** The run has left the queue and is on that machine, without anybody reloading the page. */
  async function goesOn(account: string, gateway: string): Promise<void> {
    await see(lane(gateway).getByText('Running', { exact: true }));
    await see(lane(gateway).getByText(new RegExp(`${gateway} · ${account} `)));
    await expect.poll(() => rowOf(account).count(), { timeout: SEEN_WITHIN_MS }).toBe(0);
  }

  test('the gateways page names what is wrong, and leads to the queue in which everything waits', async () => {
    await page.goto(address);
    await page.getByLabel('Work e-mail').fill((await client.whoAmI()).email);
    await page.getByLabel('Password').fill(adminPassword);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Gateways', exact: true }).click();
    const row = page.getByRole('table', { name: 'Gateway clusters' }).getByRole('row', { name: /Kiosks/ });
    for (const words of ['Offline kiosk-1', 'Maintenance kiosk-3', 'Disabled kiosk-4'])
      await see(
        row.locator('.troubles > *', { hasText: words.split(' ')[1] ?? '' }).getByText(words.split(' ')[0] ?? ''),
      );
    await picture('1-gateways');
    await row.getByRole('link', { name: /^Run queue of Kiosks/ }).click();
    await see(page.getByText('4 waiting'));
    for (const account of accounts) await see(rowOf(account).getByText(SESSION_EXISTS_SINGLE));
  });

  test('a row tells four different reasons, each with who can help; the maintenance is ended, and a run goes on', async () => {
    const answer = await answersTo('ann');
    await see(answer('kiosk-1').getByText('The gateway kiosk-1 is offline.'));
    await see(answer('kiosk-1').getByText(/Check that its machine has power/));
    await see(answer('kiosk-2').getByText(SESSION_EXISTS_SINGLE));
    await see(answer('kiosk-3').getByText(`The gateway kiosk-3 is in maintenance: ${NOTE}.`));
    await see(answer('kiosk-4').getByText('The gateway kiosk-4 is disabled.'));
    await picture('2-four-reasons');
    await answer('kiosk-3').getByRole('button', { name: 'End maintenance' }).click();
    await goesOn('ann', 'kiosk-3');
  });

  test('the disabled gateway is enabled, and the next run goes on', async () => {
    const answer = await answersTo('ben');
    await answer('kiosk-4').getByRole('button', { name: 'Enable gateway' }).click();
    await goesOn('ben', 'kiosk-4');
  });

  test('add-ons that are used up are seen, and raised in the settings', async () => {
    await see(page.getByText('2 of 2 add-ons in use'));
    const answer = await answersTo('cleo');
    await see(answer('kiosk-2').getByText('All unattended add-ons are in use.'));
    await picture('3-add-ons');
    await answer('kiosk-2').getByRole('link', { name: 'Change the number of add-ons' }).click();
    await page.getByLabel('Unattended Add-ons').fill('4');
    await page.getByRole('button', { name: 'Save settings' }).click();
    await see(page.getByText('Saved the settings.'));
    await page.goBack();
    await see(page.getByText('2 of 4 add-ons in use'));
  });

  test('the session of a person is in the way of a rehearsed policy; the policy is changed, and the run goes on', async () => {
    const answer = await answersTo('cleo');
    await see(answer('kiosk-2').getByText(SESSION_EXISTS_SINGLE));
    await answer('kiosk-2').getByRole('button', { name: 'Change session policy…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Settings of kiosk-2' });
    await dialog.getByLabel('Session policy').selectOption({ label: 'As the operating system is' });
    await dialog.getByRole('button', { name: 'Save gateway' }).click();
    await goesOn('cleo', 'kiosk-2');
  });

  test('the offline machine is looked at as the page says: with power it comes back, and the last run goes on', async () => {
    const answer = await answersTo('dora');
    await answer('kiosk-1').getByRole('button', { name: 'Check this machine…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Machine of kiosk-1' });
    await see(dialog.getByText('kiosk-1 is offline. Look, in this order:'));
    expect(await dialog.getByRole('listitem').first().innerText()).toContain('power');
    await picture('4-offline');
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await machineOf('kiosk-1').switchOn();
    await goesOn('dora', 'kiosk-1');
    await see(page.getByText('No run waits'));
  });

  test('nothing is wrong any more, and all four runs end well', async () => {
    await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Kiosks' }).click();
    await see(page.getByText('4 of 4 gateways online'));
    await picture('5-cluster');
    for (const machine of machines.values()) machine.finishRuns();
    await see(page.getByText('Nothing runs on this cluster now.'));
    const { items } = await client.listRuns({ query: {} });
    expect(items.map(({ state }) => state)).toEqual(accounts.map(() => 'succeeded'));
  });
});
