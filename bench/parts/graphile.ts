import { fileURLToPath } from 'node:url';
import { makeWorkerUtils } from 'graphile-worker';
import { cleanLater } from './leftovers.ts';
import { startProgram } from './programs.ts';

/** graphile-worker on the given database: jobs are added here and handled in a process of its own. */
export async function openGraphile(databaseUrl: string, concurrency = 8) {
  const utilities = await makeWorkerUtils({ connectionString: databaseUrl });
  cleanLater(() => utilities.release());
  await utilities.migrate();
  const handler = startProgram(fileURLToPath(new URL('../peers/graphile-handler.ts', import.meta.url)), [
    databaseUrl,
    String(concurrency),
    '10',
  ]);
  await handler.next((line) => line.ready === true);
  let number = 0;
  return {
    handler,
    nextNumber: () => ++number,
    addJob: (task: string, payload: unknown) => utilities.addJob(task, payload),
  };
}
