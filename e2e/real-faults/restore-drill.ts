import { statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import { cleanLater } from '../../bench/parts/leftovers.ts';
import { makeConnection, makePerson, type Person } from '../stack/people.ts';
import { runProgram } from '../stack/programs.ts';
import { makeFlow } from '../stack/runs.ts';
import { isSignedIn } from '../stack/victims.ts';
import { waitUntil } from '../stack/wait-until.ts';
import { accountForRestore } from './account-for-restore.ts';
import { accountForRuns } from './account-for-runs.ts';
import { backupText, databaseText, findCanaries, type Place } from './canaries.ts';
import {
  accountsOf,
  countStates,
  type Ground,
  journalOnlyRuns,
  leftBehind,
  listedRuns,
  openGround,
  say,
  showProgress,
} from './ground.ts';
import type { Installation } from './installation.ts';
import { type LoadPlan, startLoad, unfinished, writingFlow } from './load.ts';
import { seededChance } from './seeded-chance.ts';

const MINUTE_MS = 60_000;
/** So that the backup finds runs in every state, and many that have ended. */
const BEFORE_BACKUP_MS = MINUTE_MS;
/** Load goes on after the restore too, to see that everything is offered again. */
const AFTER_RESTORE_MS = 30_000;
const SETTLE_MAX_MS = 5 * MINUTE_MS;
/** Two for each of the three gateways, each with one run at a time. */
const PEOPLE = 6;

const isRoot = process.getuid?.() === 0;

export interface DrillWish {
  /** From the backup until everything is killed. */
  readonly minutes: number;
  readonly seed: number;
}

/**
 * A backup under load, work that goes on, kill -9 of both servers and PostgreSQL, restore, and what is known afterwards
 * (DESIGN §7.6). As root the runs are those of accounts that are signed in with passwords, which must be readable nowhere.
 */
export async function restoreDrill({ minutes, seed }: DrillWish) {
  const ground = await openGround({ sessionHost: isRoot ? 'linux' : 'virtual' });
  const { installation, starts } = ground;
  const { client } = installation;
  const people = isRoot ? Array.from({ length: PEOPLE }, () => makePerson('drill')) : [];
  for (const { remove } of people) cleanLater(remove);
  const plan = await planOf(ground, people, seed);
  const file = join(ground.folder, 'deskhand.backup');
  let now = 'before the backup';
  let load = startLoad({ ...plan, name: 'run' });
  const endProgress = showProgress(() => `${load.submitted.length} runs, ${starts().length} started · ${now}`);

  await pause(BEFORE_BACKUP_MS);
  const backupBeganAtMs = Date.now();
  const backup = await deskhand(installation, 'backup', file);
  if (backup.code !== 0) throw new Error(`The backup failed: ${backup.stderr}`);
  now = 'since the backup';
  await pause(minutes * MINUTE_MS);
  const places = [await databasePlace('the database', installation, people)];
  now = 'killed';
  await Promise.all([...installation.servers.map(({ program }) => program().kill()), installation.postgres.kill()]);
  const unanswered = await load.abandon();
  const acknowledged = load.submitted.map(({ key, run, acknowledgedAtMs }) => ({
    key,
    runId: run.id,
    acknowledgedAtMs,
  }));

  now = 'restoring';
  const wrong = [...(await restore(installation, file))];
  const restoredAt = performance.now();
  for (const server of installation.servers) await server.start();
  await journalsReported(client);
  const recoverySeconds = Math.round((performance.now() - restoredAt) / 100) / 10;
  now = 'after the restore';
  load = startLoad({ ...plan, name: 'later' });
  await pause(AFTER_RESTORE_MS);
  await load.stop();
  await waitUntil('every run to end', async () => (await unfinished(client)) === 0, SETTLE_MAX_MS).catch(say);

  // Of several clusters and accounts, which wait for one another in no common order: what order is honoured, the faults check.
  const later = (await accountsOf(client, load.submitted)).map((run) => ({ ...run, firstOfferAtMs: null }));
  const laterIds = new Set(load.submitted.map(({ run }) => run.id as string));
  const kept = (await listedRuns(client)).filter(({ id }) => !laterIds.has(id));
  const named = await journalOnlyRuns(client);
  const { journalOnlyRuns: known } = await client.getRecovery();
  if (known !== named.length) wrong.push(`${known} runs are known from journals only, and ${named.length} are listed`);
  const isLater = (key: string): boolean => key.startsWith('later-');
  const started = starts();
  const judged = accountForRestore({
    backupBeganAtMs,
    acknowledged,
    unanswered,
    started: started.filter((key) => !isLater(key)),
    kept: new Map(kept.map((run) => [run.id, run])),
    named,
  });
  wrong.push(...judged.wrong, ...accountForRuns(later, started.filter(isLater), later.length));
  places.push({ name: 'the backup', text: backupText(file), mustHold: nameToFind(people) });
  places.push(await databasePlace('the restored database', installation, people));
  wrong.push(
    ...findCanaries(
      people.map(({ user, password }) => ({ what: `the password of ${user}`, secret: password })),
      places,
    ),
  );
  if (judged.counts.acknowledgedBefore === 0 || judged.counts.named === 0) wrong.push('nothing was put to the test');
  wrong.push(...(await leftBehind(ground)));
  wrong.push(...people.filter(({ uid }) => isSignedIn(uid)).map(({ user }) => `left behind: processes of ${user}`));
  endProgress();
  const states = countStates(kept.map(({ state, error }) => ({ state, errorCode: error?.code ?? null })));
  const figures = {
    drill: 'restore',
    minutes,
    ...judged.counts,
    unanswered: unanswered.length,
    submittedAfterRestore: later.length,
    starts: started.length,
    states,
    recoverySeconds,
    backupBytes: statSync(file).size,
    passwordsSearched: people.length,
  };
  return { wrong, figures };
}

async function planOf(
  { installation, record }: Ground,
  people: readonly Person[],
  seed: number,
): Promise<Omit<LoadPlan, 'name'>> {
  const { client, clusterIds } = installation;
  const accounts = isRoot ? people : [{ user: userInfo().username, password: undefined }];
  const connectionIds: string[] = [];
  for (const [index, { user, password }] of accounts.entries()) {
    const clusterId = clusterIds[index % clusterIds.length] ?? '';
    const wish = { clusterId, accountName: user, password, notifications: false };
    connectionIds.push(await makeConnection(client, { ...wish, whenSessionBlocked: 'wait' }));
  }
  return { client, flowId: await makeFlow(client, writingFlow), connectionIds, record, chance: seededChance(seed) };
}

const nameToFind = (people: readonly Person[]): string => people[0]?.user ?? userInfo().username;

const databasePlace = async (name: string, { postgres }: Installation, people: readonly Person[]): Promise<Place> => ({
  name,
  text: await databaseText(dirname(postgres.socket)),
  mustHold: nameToFind(people),
});

const deskhand = ({ servers }: Installation, ...args: string[]) => {
  const DATABASE_URL = `postgres://deskhand@127.0.0.1:${servers[0]?.way.port}/deskhand`;
  return runProgram('cli', [...args, '--json'], '', { env: { ...process.env, DATABASE_URL } });
};

/** As a person would: look at the file, be warned that the database is not empty, and go on. */
async function restore(installation: Installation, file: string): Promise<readonly string[]> {
  await installation.postgres.ensureRunning();
  const checked = await deskhand(installation, 'restore', file, '--check');
  const refused = await deskhand(installation, 'restore', file);
  const restored = await deskhand(installation, 'restore', file, '--replace');
  if (restored.code !== 0) throw new Error(`The restore failed: ${restored.stderr}`);
  return [
    ...(checked.code === 0 ? [] : [`restore --check ended with ${checked.code}: ${checked.stderr}`]),
    ...(refused.code === 6 ? [] : [`restore over a full database ended with ${refused.code}`]),
  ];
}

const journalsReported = (client: ApiClient): Promise<unknown> =>
  waitUntil(
    'every journal to be reported',
    async () => {
      const recovery = await client.getRecovery().catch(() => undefined);
      return recovery?.because === 'restored' && !recovery.recovering;
    },
    SETTLE_MAX_MS,
  );
