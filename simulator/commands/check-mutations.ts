import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { allMutations, type Mutation, repositoryRoot } from './mutations.ts';
import { seedPool } from './seed-pool.ts';
import type { SeedReport } from './seed-report.ts';

const SEEDS_MAX = 500;
const PROCESSES = 2;

/** Plants each bug in a scratch copy and simulates until a seed fails; answers whether every one was found. */
export async function checkMutations(names: readonly string[], say: (line: string) => void): Promise<boolean> {
  const mutations = allMutations().filter(({ name }) => names.length === 0 || names.includes(name));
  const rows: { readonly mutation: Mutation; readonly found: SeedReport | undefined; readonly seeds: number }[] = [];
  for (const mutation of mutations) {
    const scratch = mkdtempSync(join(tmpdir(), 'deskhand-mutation-'));
    try {
      copySource(scratch);
      execFileSync('git', ['apply', '--unsafe-paths', `--directory=${scratch}`, mutation.path], { cwd: scratch });
      const { found, seeds } = await findFailure(scratch);
      rows.push({ mutation, found, seeds });
      say(rowOf(mutation, found, seeds));
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
  const missed = rows.filter(({ found }) => found === undefined);
  say(`${String(rows.length - missed.length)} of ${String(rows.length)} planted bugs found`);
  return missed.length === 0;
}

/** Packages and simulator as they are, with the installed packages beside them and our own ones from the copy. */
function copySource(scratch: string): void {
  for (const folder of ['packages', 'simulator']) {
    cpSync(join(repositoryRoot, folder), join(scratch, folder), {
      recursive: true,
      filter: (path) =>
        !/(node_modules|\/dist|\/\.build|packages\/(actions|cli|runner)\/.*|packages\/portal\/(?!package\.json$|app$|app\/live(\/|$)).*)$/.test(
          path,
        ),
    });
  }
  cpSync(join(repositoryRoot, 'package.json'), join(scratch, 'package.json'));
  const installed = join(scratch, 'node_modules');
  mkdirSync(join(installed, '@deskhand'), { recursive: true });
  for (const name of readdirSync(join(repositoryRoot, 'node_modules'))) {
    if (name !== '@deskhand') symlinkSync(join(repositoryRoot, 'node_modules', name), join(installed, name));
  }
  for (const name of ['control-plane', 'domain', 'gateway', 'protocol', 'robin', 'actions', 'portal']) {
    symlinkSync(join(scratch, 'packages', name), join(installed, '@deskhand', name));
  }
}

async function findFailure(scratch: string): Promise<{ found: SeedReport | undefined; seeds: number }> {
  let seed = 0;
  let seeds = 0;
  let found: SeedReport | undefined;
  const next = () => {
    seed += 1;
    return seed > SEEDS_MAX ? undefined : { seed };
  };
  await seedPool(PROCESSES, pathToFileURL(join(scratch, 'simulator/'))).run(next, (report) => {
    seeds += 1;
    if (report.failure !== null) found ??= report;
    return found === undefined ? 'go on' : 'enough';
  });
  return { found, seeds };
}

function rowOf({ name, what }: Mutation, found: SeedReport | undefined, seeds: number): string {
  const how = found === undefined ? 'NOT FOUND' : `seed ${String(found.seed)}, ${found.failure?.invariant ?? ''}`;
  return `${name.padEnd(34)} ${String(seeds).padStart(5)} seeds  ${how.padEnd(34)} ${what}`;
}
