import type { QueryOf, ReplyOf } from '@deskhand/protocol/http/route.ts';
import type { Run, runRoutes } from '@deskhand/protocol/http/runs.ts';
import type { RunFilter } from '../../ports/runs.ts';
import { type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';
import { startToWire } from '../run-queue/start-to-wire.ts';
import { answersWithQuestions } from '../negotiation/shown-questions.ts';
import { planToRead, stateIn } from '../run-queue/waiting.ts';
import { conditionsOf } from './run-conditions.ts';
import { findRun, type RunPorts, shown, shownList } from './run-ports.ts';

const PAGE_DEFAULT = 50;
const LOG_PAGE_DEFAULT = 500;

export async function get(ports: RunPorts, caller: Caller, id: string): Promise<Outcome<Run>> {
  const found = await findRun(ports, caller, id);
  if (!found.ok) return found;
  const wire = await shown(ports, found.value);
  if (wire.state !== 'queued' || wire.position !== null) return done(wire);
  return done({ ...wire, position: (await ports.queue.position(id)) ?? null });
}

export async function list(
  ports: RunPorts,
  caller: Caller,
  query: QueryOf<typeof runRoutes.listRuns>,
): Promise<Outcome<{ items: Run[]; nextCursor: string | null }>> {
  const filter = filterOf(caller, query);
  if (!filter.ok) return filter;
  const { limit } = filter.value;
  // One more than asked for tells whether there is a next page.
  const runs = await ports.runs.list({ ...filter.value, limit: limit + 1 });
  const page = runs.slice(0, limit);
  const last = page.at(-1);
  const nextCursor = runs.length > limit && last !== undefined ? cursorOf(last.requestNumber) : null;
  return done({ items: await shownList(ports, page), nextCursor });
}

/** Those that were requested first, of what the caller may see. */
export async function waitingLongest(ports: RunPorts, caller: Caller, limit: number): Promise<Run[]> {
  const conditions = conditionsOf(caller, { state: 'queued' });
  if (!conditions.ok) return [];
  const stretch = { ...conditions.value, after: 0, upTo: Number.MAX_SAFE_INTEGER, limit };
  const ids = (await ports.runs.find(stretch)).map(({ id }) => id);
  const runs = await ports.runs.byIds(ids);
  return await shownList(
    ports,
    runs.toSorted((a, b) => a.requestNumber - b.requestNumber),
  );
}

function filterOf(caller: Caller, query: QueryOf<typeof runRoutes.listRuns>): Outcome<RunFilter> {
  const conditions = conditionsOf(caller, query);
  if (!conditions.ok) return conditions;
  const before = query.cursor === undefined ? null : requestNumberOf(query.cursor);
  if (before === undefined) return refuse('invalid-request', { detail: 'the cursor is not one of ours' });
  return done({ ...conditions.value, limit: query.limit ?? PAGE_DEFAULT, before });
}

function cursorOf(requestNumber: number): string {
  return Buffer.from(`r${String(requestNumber)}`).toString('base64url');
}

function requestNumberOf(cursor: string): number | undefined {
  const found = /^r(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString());
  return found ? Number(found[1]) : undefined;
}

export async function log(
  ports: RunPorts,
  caller: Caller,
  id: string,
  query: QueryOf<typeof runRoutes.getRunLog>,
): Promise<Outcome<ReplyOf<typeof runRoutes.getRunLog>>> {
  const found = await findRun(ports, caller, id);
  if (!found.ok) return found;
  const page = await ports.runs.log(id, {
    attempt: query.attempt ?? null,
    tail: query.tail === 'yes',
    limit: query.limit ?? LOG_PAGE_DEFAULT,
    ...(query.after === undefined ? {} : { after: query.after }),
    ...(query.before === undefined ? {} : { before: query.before }),
    ...(query.level === undefined ? {} : { level: query.level }),
    ...(query.search === undefined || query.search === '' ? {} : { search: query.search }),
  });
  return done({ ...page, lines: [...page.lines] });
}

export async function events(
  ports: RunPorts,
  caller: Caller,
  id: string,
): Promise<Outcome<ReplyOf<typeof runRoutes.getRunEvents>>> {
  const found = await findRun(ports, caller, id);
  if (!found.ok) return found;
  const items = await ports.runs.events(id);
  return done({ items: items.map((item) => ({ ...item, at: item.at.toISOString() })) });
}

export async function screenshots(
  ports: RunPorts,
  caller: Caller,
  id: string,
): Promise<Outcome<ReplyOf<typeof runRoutes.listScreenshots>>> {
  const found = await findRun(ports, caller, id);
  if (!found.ok) return found;
  const items = await ports.runs.screenshots(id);
  return done({ items: items.map((item) => ({ ...item, at: item.at.toISOString() })) });
}

export async function screenshot(
  ports: RunPorts,
  caller: Caller,
  id: string,
  number: number,
): Promise<Outcome<Buffer>> {
  const found = await findRun(ports, caller, id);
  if (!found.ok) return found;
  const png = await ports.runs.screenshot(id, number);
  return png === undefined ? refuse('not-found', { what: 'screenshot' }) : done(png);
}

/** Why the run waits at this moment, member by member; computed when asked, from a plan that is not committed. */
export async function explain(
  ports: RunPorts,
  caller: Caller,
  id: string,
): Promise<Outcome<ReplyOf<typeof runRoutes.explainRun>>> {
  const found = await findRun(ports, caller, id);
  if (!found.ok) return found;
  const run = found.value;
  const nothing = { state: run.state, position: null, nextToRun: false, because: null, starts: null, members: [] };
  if (run.state !== 'queued') return done(nothing);
  const [plan, position, answersOf] = await Promise.all([
    planToRead(ports.queue, run.cluster.id),
    ports.queue.position(id),
    answersWithQuestions(ports, run.cluster.id),
  ]);
  if (plan === undefined || position === undefined) return done(nothing);
  const state = stateIn(plan, run, position);
  return done({
    state: run.state,
    position,
    nextToRun: state.isNextToRun,
    because: state.because,
    starts: startToWire(await ports.predicted.of(run, position), { position, startDeadlineAt: run.startDeadlineAt }),
    members: answersOf(run.id, state.members),
  });
}
