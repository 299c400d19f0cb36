import type { JournalOnlyRun } from '@deskhand/protocol/http/recovery.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpWorld, type HttpWorld, type Person, problemOf } from '../../testing/http-world.ts';

let world: HttpWorld;
let admin: Person;
let alice: Person;

const STARTED_MS = 1_700_000_000_000;
/** Newest first; what started at the same moment by its id, and last what nobody knows the start of. */
const inOrder = ['late', 'same-a', 'same-b', 'early', 'unknown-1', 'unknown-2'];

beforeAll(async () => {
  world = await createHttpWorld();
  admin = await world.person('admin', ['admin']);
  alice = await world.person('alice', ['maker']);
  const { id } = (await world.ask('POST', '/gateway-clusters', { as: admin, body: { name: 'North' } })).json();
  await world.database.pool.query(
    `insert into gateway (id, name, cluster_id, member_order, public_key, session_host, version)
      select g, g, $1, 0, g, 'linux', '1' from unnest(array['g1', 'g2']) g`,
    [id],
  );
  const ended = { attempt: 1, phase: 'ended', outcome: 'succeeded', errorCode: null } as const;
  const started = (runId: string, startedAtMs: number, requestedBy = alice.email) => ({
    ...ended,
    ...{ runId, startedAtMs, requestedBy, flowName: 'Invoices', mode: 'unattended' as const, accountName: 'svc' },
  });
  await world.stores.recovery.noteJournalOnly('g1', [
    { ...ended, runId: 'unknown-2' },
    started('early', STARTED_MS - 5, 'Alice@corp.example'),
    started('same-b', STARTED_MS, 'bob@corp.example'),
    started('late', STARTED_MS + 1),
  ]);
  await world.stores.recovery.noteJournalOnly('g2', [{ ...ended, runId: 'unknown-1' }, started('same-a', STARTED_MS)]);
});
afterAll(async () => {
  await world.end();
});

type Page = { readonly items: readonly JournalOnlyRun[]; readonly nextCursor: string | null };
async function read(as: Person, query: Record<string, string>): Promise<Page> {
  const answer = await world.ask('GET', '/recovery/runs', { as, query });
  expect(answer.statusCode).toBe(200);
  return answer.json<Page>();
}

/** The run ids of each page, to the end. */
async function pagesOf(as: Person, limit: number): Promise<readonly (readonly string[])[]> {
  const pages: string[][] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Page = await read(as, { limit: String(limit), ...(cursor === '' ? {} : { cursor }) });
    pages.push(page.items.map(({ runId }) => runId));
    cursor = page.nextCursor;
  }
  return pages;
}

test('runs that only journals know are read page by page, each once and newest first', async () => {
  for (const limit of [1, 2, 4, 6, 1_000]) {
    const pages = await pagesOf(admin, limit);
    expect([limit, pages.flat()]).toEqual([limit, inOrder]);
    expect(pages.length).toBe(Math.ceil(inOrder.length / limit));
  }
});

test('a page goes on behind its cursor although others came to stand before it', async () => {
  const first = await read(admin, { limit: '2' });
  const newer = { runId: 'newest', attempt: 1, phase: 'running', startedAtMs: STARTED_MS + 9 } as const;
  await world.stores.recovery.noteJournalOnly('g1', [{ ...newer, outcome: null, errorCode: null }]);
  const second = await read(admin, { limit: '1', cursor: String(first.nextCursor) });
  expect(second.items.map(({ runId }) => runId)).toEqual([inOrder[2]]);
  await world.database.pool.query(`delete from journal_only_run where run_id = 'newest'`);
});

test('who sees only own runs pages through those', async () => {
  expect(await pagesOf(alice, 2)).toEqual([['late', 'same-a'], ['early']]);
});

test.each(['1', '..', '1.1.a', '1.x.a.b', '12345678901234567.1.a.b', '1.1234567890.a.b', "1.1.a'.b"])(
  'a cursor that is not one of ours is refused: %s',
  async (cursor) => {
    const answer = await world.ask('GET', '/recovery/runs', { as: admin, query: { cursor } });
    expect(problemOf(answer)).toMatchObject({ code: 'invalid-request', status: 400 });
  },
);

test('a page has a bound', async () => {
  for (const limit of ['0', '1001'])
    expect((await world.ask('GET', '/recovery/runs', { as: admin, query: { limit } })).statusCode).toBe(400);
});
