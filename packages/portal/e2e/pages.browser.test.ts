import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
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

const pages = [
  ['/', 'Home'],
  ['/runs', 'Runs'],
  ['/runs?state=failed', 'Runs'],
  ['/runs/run-4810', 'Invoices 4810'],
  ['/runs/run-4812', 'Stock sync 4812'],
  ['/runs/run-4820', 'Refunds 4820'],
  ['/runs/run-4806', 'Payroll 4806'],
  ['/runs/new?flow=flow-invoices', 'Submit a run'],
  ['/runs/new?flow=flow-fail', 'Submit a run'],
  ['/run-queues', 'Run queues'],
  ['/gateway-clusters/clu-kiosks/run-queue', 'Run queue of Kiosks'],
  ['/desktop-flows', 'Desktop flows'],
  ['/desktop-flows?new=yes', 'Desktop flows'],
  ['/desktop-flows/flow-invoices', 'Invoices'],
  ['/desktop-flows/flow-invoices?tab=script', 'Invoices'],
  ['/desktop-flows/flow-invoices?tab=versions', 'Invoices'],
  ['/desktop-flows/flow-invoices?tab=access', 'Invoices'],
  ['/desktop-flows/flow-invoices/edit', 'Invoices: script'],
  ['/gateways', 'Gateways'],
  ['/gateway-clusters/clu-kiosks', 'Kiosks'],
  ['/gateway-clusters/clu-office', 'Office desks'],
  ['/gateways/enrol', 'Enrol a machine'],
  ['/capacity', 'Plan capacity'],
  ['/capacity?cluster=clu-kiosks&members=1&enough=yes', 'Plan capacity'],
  ['/connections', 'Connections'],
  ['/connections?new=yes', 'Connections'],
  ['/accounts', 'People and roles'],
  ['/settings', 'Settings'],
  ['/settings?section=me', 'Settings'],
  ['/settings?section=about', 'Settings'],
  ['/audit-log', 'Audit log'],
  ['/sign-in', 'Sign in'],
] as const;

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Serious and critical violations, each with the element that has it. Fluent's hidden focus sentinels are left out:
 * they hand the focus on at once.
 */
async function seriousViolations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (context: object, options: object) => Promise<AxeResults> } };
    const { violations } = await axe.run({ exclude: [['[data-tabster-dummy]']] }, { resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${node.html.slice(0, 160)}`));
  });
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** Tones that the style sheet has no colour for: such a state would look like any other text. */
const colourlessTones = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('main [data-tone]')]
      .filter((element) => getComputedStyle(element).getPropertyValue('--tone') === '')
      .map((element) => element.dataset.tone ?? ''),
  );

async function settled(page: Page, title: string): Promise<void> {
  await page.waitForFunction((wanted) => document.title.startsWith(`${wanted} ·`), title);
  await page.waitForFunction(() => document.querySelector('.skeleton, [aria-busy="true"]') === null);
  // A button that may be pressed again has its own colours one frame later.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
}

test.concurrent.each(pages)(
  '%s opens without a fault and without a serious accessibility violation, light and dark',
  async (path, title) => {
    const { page, faults } = await portal.open(path, { theme: 'light' });
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      if (theme === 'dark') await page.reload();
      await settled(page, title);
      expect(faults).toEqual([]);
      expect(await seriousViolations(page)).toEqual([]);
      expect(await colourlessTones(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe(theme);
    }
    await page.context().close();
  },
);

test.concurrent.each(pages)('%s fits 320 px without scrolling sideways', async (path, title) => {
  const { page } = await portal.open(path, { size: { width: 320, height: 800 } });
  await settled(page, title);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await page.context().close();
});

test.concurrent('an unknown address says so and leads on', async () => {
  const { page } = await portal.open('/no-such-page');
  await page.getByRole('heading', { name: 'This address leads nowhere' }).waitFor();
  await page.getByRole('link', { name: 'Search all runs' }).waitFor();
  await page.context().close();
});

const dataPages = [
  ['/', 'Home'],
  ['/runs', 'Runs'],
  ['/run-queues', 'Run queues'],
  ['/desktop-flows', 'Desktop flows'],
  ['/gateways', 'Gateways'],
  ['/connections', 'Connections'],
] as const;

test.concurrent.each(dataPages)('%s shows a skeleton while it waits', async (path) => {
  const { page } = await portal.open(path, { scenario: 'slow' });
  await page.locator('.skeleton[data-late="true"]').first().waitFor();
  await page.context().close();
});

test.concurrent.each(dataPages)('%s says why it is empty and what to do next', async (path, title) => {
  const { page } = await portal.open(path, { scenario: 'empty' });
  await settled(page, title);
  const next = path === '/' ? page.getByRole('button', { name: 'Run Hello desktop' }) : page.locator('.empty a');
  await next.first().waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await page.context().close();
});

test.concurrent.each(dataPages)('%s shows an error with its code and a way to retry', async (path) => {
  const { page } = await portal.open(path, { scenario: 'error' });
  const problem = page.getByRole('alert').first();
  await problem.getByText('internal', { exact: true }).waitFor();
  await problem.getByRole('button', { name: 'Retry' }).waitFor();
  await page.context().close();
});

test.concurrent.each(dataPages)('%s says how old it is when the live link is lost', async (path) => {
  const { page } = await portal.open(path, { scenario: 'lost' });
  await page.getByText(/Live link lost .* ago, showing/).waitFor();
  await page.context().close();
});

test.concurrent('a viewer sees every action, disabled with its reason', async () => {
  const { page } = await portal.open('/gateways', { scenario: 'viewer' });
  const enrol = page.getByRole('button', { name: 'Enrol a machine' });
  await enrol.waitFor();
  expect(await enrol.getAttribute('aria-disabled')).toBe('true');
  await enrol.focus();
  await page
    .getByText('Your role (viewer) may not change gateways and clusters.')
    .first()
    .waitFor({ state: 'attached' });
  await page.context().close();
});

test.concurrent('the settings of a cluster say on the page why somebody may not change them', async () => {
  const { page } = await portal.open('/gateway-clusters/clu-kiosks', { scenario: 'viewer' });
  for (const name of ['Who takes a run', 'Fairness'])
    await page
      .getByRole('region', { name })
      .getByText('Your role (viewer) may not change gateways and clusters.')
      .waitFor();
  await page.context().close();
});

test('of the waiting runs on Home those that are next stand first, and how many there are is said', async () => {
  const { page } = await portal.open('/');
  const section = page.getByRole('region', { name: 'Waiting' });
  await section.getByText('The 5 that wait longest, of 6').waitFor();
  const names = await section.locator('.run-line a').allInnerTexts();
  expect(names.map((name) => Number(/\d+$/.exec(name)?.[0]))).toEqual([4815, 4820, 4816, 4818, 4819]);
  await section.getByRole('link', { name: 'All waiting runs' }).click();
  await page.waitForURL(/\/runs\?state=queued,offered$/);
  await page.context().close();
});
