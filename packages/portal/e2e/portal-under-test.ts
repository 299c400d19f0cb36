import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join, resolve } from 'node:path';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';

const portal = resolve(import.meta.dirname, '..');
const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');
const folders = {
  mock: resolve(portal, '../../.build/portal-mock'),
  production: resolve(portal, '../../.build/portal'),
};

/** Builds the portal when a source is newer than the last build. */
export async function builtPortal(mode: keyof typeof folders): Promise<string> {
  const folder = folders[mode];
  const index = join(folder, 'index.html');
  const builtAt = existsSync(index) ? statSync(index).mtimeMs : 0;
  const packages = resolve(portal, '..');
  const sources = [portal, join(packages, 'domain'), join(packages, 'protocol')];
  if (Math.max(...sources.map(newestIn)) > builtAt)
    await promisify(execFile)(process.execPath, [vite, 'build', '--mode', mode], {
      cwd: portal,
      // The test runner's own setting would bundle the development build of React.
      env: { ...process.env, NODE_ENV: 'production' },
    });
  return folder;
}

function newestIn(folder: string): number {
  const times = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules') && !entry.name.includes('.test.'))
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
  return Math.max(0, ...times);
}

/** The same policy as the server sends; a page that needs more fails here first. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' blob: data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export interface PortalUnderTest {
  /** Opens a page of the portal; every fault that the browser reports is collected. */
  readonly open: (path: string, options?: OpenOptions) => Promise<{ page: Page; faults: string[] }>;
  readonly close: () => Promise<void>;
}

export interface OpenOptions {
  readonly scenario?: string;
  readonly theme?: 'light' | 'dark';
  readonly size?: { readonly width: number; readonly height: number };
  readonly timezone?: string;
}

export async function startPortal(): Promise<PortalUnderTest> {
  const folder = await builtPortal('mock');
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://portal').pathname;
    const wanted = join(folder, path);
    const file = path !== '/' && wanted.startsWith(folder) && existsSync(wanted) ? wanted : join(folder, 'index.html');
    response.setHeader('content-type', contentTypes[extname(file)] ?? 'application/octet-stream');
    response.setHeader('content-security-policy', contentSecurityPolicy);
    response.end(readFileSync(file));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browser = await openBrowser();
  return {
    open: (path, options = {}) => openPage(browser, `${address}${path}`, options),
    close: async () => {
      await browser.close();
      await new Promise((done) => server.close(done));
    },
  };
}

const browserArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: browserArguments });

async function openPage(browser: Browser, url: string, options: OpenOptions) {
  const context = await browser.newContext({
    viewport: options.size ?? { width: 1440, height: 900 },
    colorScheme: options.theme ?? 'light',
    reducedMotion: 'reduce',
    ...(options.timezone ? { timezoneId: options.timezone } : {}),
  });
  if (options.scenario)
    await context.addInitScript((name) => sessionStorage.setItem('deskhand-scenario', name), options.scenario);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.goto(url);
  // The simulated server loads after the page; until then a test's changes of it would be lost without a word.
  // A function, because a text would be evaluated anew at each try, which the policy of the page forbids.
  await page.waitForFunction(() => 'simulated' in globalThis);
  return { page, faults };
}
