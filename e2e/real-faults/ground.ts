import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import { cleanLater } from '../../bench/parts/leftovers.ts';
import type { RunAccount } from './account-for-runs.ts';
import { type Installation, type InstallationWish, installIn } from './installation.ts';
import { leftoversIn } from './leftovers.ts';
import type { Submitted } from './load.ts';

const LEFTOVERS_GONE_MAX_MS = 60_000;
const PROGRESS_MS = 5_000;

/** The installation, and the record of starts that the flows themselves keep outside of it. */
export interface Ground {
  readonly folder: string;
  readonly record: string;
  readonly installation: Installation;
  /** The keys of what started, in order. */
  starts(): readonly string[];
}

export const say = (text: string): void => void process.stderr.write(`${text}\n`);

export async function openGround(wish: InstallationWish): Promise<Ground> {
  // Short, because sockets of sessions stand below it.
  const folder = mkdtempSync('/tmp/dhf-');
  chmodSync(folder, 0o711);
  cleanLater(() => rmSync(folder, { recursive: true, force: true }));
  const record = join(folder, 'starts');
  writeFileSync(record, '');
  chmodSync(record, 0o666);
  say(`starting PostgreSQL, two servers and three gateways in ${folder}`);
  const installation = await installIn(folder, wish, cleanLater);
  return { folder, record, installation, starts: () => readFileSync(record, 'utf8').split('\n').filter(Boolean) };
}

/** A line on standard error every few seconds, until it is told to stop. */
export function showProgress(words: () => string): () => void {
  const startedAt = performance.now();
  const seconds = (): string => `${Math.round((performance.now() - startedAt) / 1000)} s`.padStart(6);
  const timer = setInterval(() => say(`${seconds()}  ${words()}`), PROGRESS_MS);
  const stop = (): void => clearInterval(timer);
  cleanLater(stop);
  return stop;
}

export async function everythingRuns({ postgres, servers, gateways }: Installation): Promise<void> {
  await postgres.ensureRunning();
  for (const part of [...servers, ...gateways]) await part.start();
}

/** Ends the installation and answers what is still there a while later. */
export async function leftBehind({ folder, installation }: Ground): Promise<readonly string[]> {
  await installation.close();
  const goneBy = performance.now() + LEFTOVERS_GONE_MAX_MS;
  while (leftoversIn(folder).length > 0 && performance.now() < goneBy) await pause(500);
  return leftoversIn(folder).map((what) => `left behind: ${what}`);
}

export async function accountsOf(client: ApiClient, submitted: readonly Submitted[]): Promise<readonly RunAccount[]> {
  const accounts: RunAccount[] = [];
  for (const { key, run, acknowledgedAtMs } of submitted) {
    const params = { id: run.id };
    const { state, error, requestNumber, priority } = await client.getRun({ params });
    const { items } = await client.getRunEvents({ params });
    const offer = items.find(({ event }) => event === 'offer');
    const firstOfferAtMs = offer ? Date.parse(offer.at) : null;
    const errorCode = error?.code ?? null;
    accounts.push({ key, acknowledgedAtMs, requestNumber, priority, state, errorCode, firstOfferAtMs });
  }
  return accounts;
}

/** Every run that the server lists. */
export async function listedRuns(client: ApiClient) {
  const runs: Awaited<ReturnType<ApiClient['listRuns']>>['items'] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await client.listRuns({ query: { limit: 200, ...(cursor ? { cursor } : {}) } });
    runs.push(...page.items);
    cursor = page.nextCursor;
  }
  return runs;
}

/** Every run that only gateways' journals know. */
export async function journalOnlyRuns(client: ApiClient) {
  const runs: Awaited<ReturnType<ApiClient['listJournalOnlyRuns']>>['items'] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await client.listJournalOnlyRuns({ query: { limit: 200, ...(cursor ? { cursor } : {}) } });
    runs.push(...page.items);
    cursor = page.nextCursor;
  }
  return runs;
}

export function countStates(runs: readonly { readonly state: string; readonly errorCode: string | null }[]) {
  const states: Record<string, number> = {};
  for (const { state, errorCode } of runs) {
    const name = errorCode ? `${state} ${errorCode}` : state;
    states[name] = (states[name] ?? 0) + 1;
  }
  return states;
}
