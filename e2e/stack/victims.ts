import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from './wait-until.ts';

/** Every living process, with its command line. */
export function processes(): readonly { readonly pid: number; readonly command: string; readonly uid: number }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        const status = readFileSync(`/proc/${name}/status`, 'utf8');
        const isDead = /^State:\s+Z/m.test(status);
        return isDead ? [] : [{ pid: Number(name), command, uid: Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]) }];
      } catch {
        // It ended while we looked.
        return [];
      }
    });
}

const isGone = (pid: number): boolean => !processes().some((process) => process.pid === pid);

/** kill -9 of the one runner of a run, found by the marker that every process of its session carries. */
export async function killRunnerOf(runId: string): Promise<void> {
  const runner = processes().find(
    ({ pid, command }) =>
      /runner(\.cjs|\/main\.ts)/.test(command) && environmentOf(pid).includes(`DESKHAND_SESSION=${runId}-`),
  );
  if (!runner) throw new Error(`No runner of run ${runId} is alive.`);
  process.kill(runner.pid, 'SIGKILL');
  await waitUntil('the runner to be gone', () => isGone(runner.pid) || undefined);
}

/** kill -9 of the postmaster of an embedded database. */
export async function killPostgres(serverData: string): Promise<void> {
  const pid = Number(readFileSync(join(serverData, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);
  process.kill(pid, 'SIGKILL');
  await waitUntil('PostgreSQL to be gone', () => isGone(pid) || undefined);
}

/** PostgreSQL stays away until it is let go: nobody can start it, because its folder admits nobody. */
export async function keepPostgresAway(serverData: string): Promise<{ letGo(): void }> {
  const cluster = join(serverData, 'postgres', 'cluster');
  const pid = Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const { mode } = statSync(cluster);
  chmodSync(cluster, 0);
  process.kill(pid, 'SIGKILL');
  await waitUntil('PostgreSQL to be gone', () => isGone(pid) || undefined);
  return { letGo: () => chmodSync(cluster, mode) };
}

/** Whether any process of this account is alive. */
export const isSignedIn = (uid: number): boolean => processes().some((process) => process.uid === uid);

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}
