import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { onTestFailed } from 'vitest';
import { makeMarks, type Marks } from './marked-flow.ts';
import { type RunWish, submit, whenEnded } from './runs.ts';

export interface HeldRun {
  readonly run: Run;
  readonly marks: Marks;
}

/** A run of a marked flow. Where its test fails it is let go, because the next try, and the next test, need its account. */
export async function submitHeld(
  { client, folder }: { readonly client: ApiClient; readonly folder: string },
  name: string,
  wish: RunWish,
): Promise<HeldRun> {
  const marks = makeMarks(folder, name);
  const run = await submit(client, { ...wish, inputs: { ...wish.inputs, Marks: marks.folder } });
  onTestFailed(async () => {
    marks.letGo();
    await whenEnded(client, run.id).catch(() => undefined);
  });
  return { run, marks };
}
