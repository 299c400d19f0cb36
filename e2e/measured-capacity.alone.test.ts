import { cpus, totalmem } from 'node:os';
import { linuxSessionLimit } from '@deskhand/domain/capacity/session-limit.ts';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { submitHeld } from './stack/held-runs.ts';
import { markedFlow } from './stack/marked-flow.ts';
import { makeConnection, makePerson, type Person } from './stack/people.ts';
import { makeFlow, whenEnded, whenRunning } from './stack/runs.ts';
import { type Stack, startStack } from './stack/stack.ts';
import { waitUntil } from './stack/wait-until.ts';

const isRoot = process.getuid?.() === 0;

/** What this machine is measured to hold. */
const LIMIT = linuxSessionLimit(totalmem(), cpus().length);
/** A sign-in, a display and a runner for each, all beginning in the same moment. */
const ALL_STARTED_MS = 60_000 + LIMIT * 5_000;

describe.runIf(isRoot)('a machine whose capacity nobody has set', () => {
  let stack: Stack;
  let flowId: string;
  const users: { readonly person: Person; readonly connectionId: string }[] = [];

  beforeAll(async () => {
    stack = await startStack({ sessionHost: 'linux' });
    flowId = await makeFlow(stack.client, markedFlow);
    while (users.length <= LIMIT) {
      const person = makePerson('full');
      const wish = { clusterId: stack.clusterId, accountName: person.user, password: person.password };
      users.push({ person, connectionId: await makeConnection(stack.client, { ...wish, notifications: false }) });
    }
  });
  afterAll(async () => {
    await stack?.close();
    for (const { person } of users) person.remove();
  });

  const submitMarked = async ({ connectionId }: { readonly connectionId: string }) => {
    const { run, marks } = await submitHeld(stack, 'marks', { flowId, connectionId });
    return { marks, id: run.id };
  };

  test(
    'S37: as many users run at once as it was measured to hold, and the next one waits for the first free slot',
    async () => {
      onTestFailed(async () => console.error(await stack.lastWords()));
      const [gateway] = (await stack.client.listGateways()).items;
      expect(gateway).toMatchObject({ capacityOverride: null, machine: { sessionLimit: LIMIT } });

      const running = await Promise.all(users.slice(0, LIMIT).map(submitMarked));
      const started = (): number => running.filter(({ marks }) => marks.starts() > 0).length;
      await waitUntil(`${LIMIT} runs to have started`, () => started() === LIMIT || undefined, ALL_STARTED_MS);
      const next = await submitMarked(users[LIMIT] as (typeof users)[number]);
      const because = await waitUntil(
        'the reason of the run that does not fit',
        async () => (await stack.client.explainRun({ params: { id: next.id } })).because ?? undefined,
      );
      expect(because.code).toBe('no-free-slot');
      for (const { id } of running) await whenRunning(stack.client, id);
      expect(next.marks.starts()).toBe(0);

      running[0]?.marks.letGo();
      await next.marks.whenStarted();
      for (const { marks, id } of [...running, next]) {
        marks.letGo();
        expect((await whenEnded(stack.client, id)).state).toBe('succeeded');
        expect(marks.starts()).toBe(1);
      }
    },
    180_000 + ALL_STARTED_MS,
  );
});
