import { isDeepStrictEqual } from 'node:util';
import {
  type Act,
  type AllStores,
  chooseBy,
  type Context,
  copyOf,
  newContext,
  type Operations,
} from './store-contract/context.contract.ts';
import { everything, partsOfRuns, type Questions } from './store-contract/everything.contract.ts';
import { makeFixture } from './store-contract/fixture.contract.ts';
import { fairQueueOperations } from './store-contract/fair-queue-operations.contract.ts';
import { gatewayOperations } from './store-contract/gateway-operations.contract.ts';
import { accountOperations, clusterOperations, flowOperations } from './store-contract/object-operations.contract.ts';
import { decisionOperations } from './store-contract/decision-operations.contract.ts';
import { liveViewOperations } from './store-contract/live-view-operations.contract.ts';
import { machineCheckOperations } from './store-contract/machine-check-operations.contract.ts';
import { preflightOperations } from './store-contract/preflight-operations.contract.ts';
import { sessionQuestionOperations } from './store-contract/session-question-operations.contract.ts';
import { predictionOperations } from './store-contract/prediction-operations.contract.ts';
import { manyRunsOperations } from './store-contract/many-runs-operations.contract.ts';
import { runHistoryOperations } from './store-contract/run-history-operations.contract.ts';
import { runOperations } from './store-contract/run-operations.contract.ts';
import { joinOperations, serverOperations } from './store-contract/server-operations.contract.ts';
import { sickMemberOperations } from './store-contract/sick-member-operations.contract.ts';
import { sweepOperations } from './store-contract/sweep-operations.contract.ts';

/** A store with a clock that is set by hand. */
export interface StoreUnderTest {
  readonly stores: AllStores;
  /** Empty, and at this moment by its clock. */
  begin(nowMs: number): Promise<void>;
  setClock(nowMs: number): Promise<void>;
  /** Answers how to put everything back as it is now, as often as wanted. */
  save(): Promise<() => Promise<void>>;
}

/** The adapter for production. */
export interface RealStore extends StoreUnderTest {
  /** Begins every act before any of them can end: each waits for a row that is held back until all have begun. */
  together(acts: readonly (() => Promise<unknown>)[]): Promise<readonly unknown[]>;
}

const operations = {
  ...runOperations,
  ...fairQueueOperations,
  ...manyRunsOperations,
  ...gatewayOperations,
  ...sweepOperations,
  ...clusterOperations,
  ...flowOperations,
  ...accountOperations,
  ...serverOperations,
  ...joinOperations,
  ...predictionOperations,
  ...decisionOperations,
  ...runHistoryOperations,
  ...machineCheckOperations,
  ...liveViewOperations,
  ...preflightOperations,
  ...sickMemberOperations,
  ...sessionQuestionOperations,
} satisfies Operations;

/** What comes at the same moment most often when several servers and people are at it, and does most to one another. */
const contended = [
  ...['submit', 'plan', 'commit', 'cancel', 'moveToTop', 'setPriority', 'expire', 'acquire', 'returnOffer', 'release'],
  ...['end', 'lose', 'giveUp', 'setPhase', 'takeJournalState', 'setFacts', 'closeLink', 'openLink', 'changeConnection'],
  ...['declareGone', 'removeGateway', 'changeSettings', 'putBack', 'noteSickness'],
] as const satisfies readonly (keyof typeof operations)[];

/** One step of a history as plain data: what it does follows from its seed and from what was there before it. */
export type Step =
  | { readonly kind: 'do'; readonly name: string; readonly seed: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'together'; readonly names: readonly [string, string]; readonly seed: number };

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const passes = [SECOND_MS, 2 * SECOND_MS, 31 * SECOND_MS, 2 * MINUTE_MS, 20 * MINUTE_MS, 4 * HOUR_MS, 25 * HOUR_MS];
const BEGINS_AT_MS = Date.UTC(2026, 0, 1);

export function drawHistory(seed: number, steps: number): readonly Step[] {
  const choose = chooseBy(seed);
  const weights = Object.entries(operations);
  const total = weights.reduce((sum, [, one]) => sum + one.weight, 0);
  const drawName = (): string => {
    let left = choose.below(total * 1_000) / 1_000;
    return weights.find(([, { weight }]) => (left -= weight) < 0)?.[0] ?? 'read';
  };
  const drawForTogether = (): string => {
    if (choose.chance(0.6)) return choose.of(contended);
    for (;;) {
      const name = drawName();
      if (operations[name]?.alone !== true) return name;
    }
  };
  const drawSeed = (): number => choose.below(2 ** 31);
  return Array.from({ length: steps }, (): Step => {
    if (choose.chance(0.12)) return { kind: 'pass', ms: choose.of(passes) };
    if (choose.chance(0.06))
      return { kind: 'together', names: [drawForTogether(), drawForTogether()], seed: drawSeed() };
    return { kind: 'do', name: drawName(), seed: drawSeed() };
  });
}

export interface Difference {
  /** What was done and answered, up to the difference. */
  readonly story: readonly string[];
  readonly question: string;
  readonly real: unknown;
  readonly simulated: unknown;
}

/** Two stores side by side, both with the same things in them. */
export interface Comparison {
  /** Does one history on both stores; undefined when every answer is the same. */
  compare(history: readonly Step[]): Promise<Difference | undefined>;
}

export async function openComparison(real: RealStore, simulated: StoreUnderTest): Promise<Comparison> {
  const [realStart, simulatedStart] = [await startOf(real), await startOf(simulated)];
  return {
    compare: async (history) => {
      const play: { nowMs: number } = { nowMs: BEGINS_AT_MS };
      const nowMs = (): number => play.nowMs;
      const contexts = [await realStart(nowMs), await simulatedStart(nowMs)] as const;
      return await playHistory(Object.assign(play, { real, simulated, contexts, story: [] }), history);
    },
  };
}

/** Makes the fixture once; each history begins with it as it was. */
async function startOf(store: StoreUnderTest): Promise<(nowMs: () => number) => Promise<Context>> {
  await store.begin(BEGINS_AT_MS);
  const made = newContext(store.stores, () => BEGINS_AT_MS);
  await makeFixture(made);
  const restore = await store.save();
  return async (nowMs) => {
    await restore();
    return copyOf(made, nowMs);
  };
}

interface Play {
  readonly real: RealStore;
  readonly simulated: StoreUnderTest;
  readonly contexts: readonly [Context, Context];
  readonly story: string[];
  nowMs: number;
}
type Found = Omit<Difference, 'story'> | undefined;

async function playHistory(play: Play, history: readonly Step[]): Promise<Difference | undefined> {
  for (const step of history) {
    const difference = await playStep(play, step);
    if (difference !== undefined) return { story: play.story, ...difference };
  }
  const left = await compareAll(play, { ...everything, ...partsOfRuns });
  return left && { story: play.story, ...left };
}

async function playStep(play: Play, step: Step): Promise<Found> {
  switch (step.kind) {
    case 'pass':
      play.nowMs += step.ms;
      play.story.push(`${String(step.ms / SECOND_MS)} s pass`);
      await play.real.setClock(play.nowMs);
      await play.simulated.setClock(play.nowMs);
      return undefined;
    case 'do':
      return await playAlone(play, step.name, step.seed);
    case 'together':
      return await playTogether(play, step);
  }
}

async function playAlone(play: Play, name: string, seed: number): Promise<Found> {
  const acts = await prepared(play, name, seed);
  if (acts === undefined) return undefined;
  const [real, simulated] = acts;
  const answers = [await answerOf(real), await answerOf(simulated)] as const;
  play.story.push(`${name}: ${real.says} → ${short(answers[0])}`);
  if (!isDeepStrictEqual(...answers)) return { question: real.says, ...firstDifference(...answers) };
  for (const act of acts) teach(act, answers[0]);
  return undefined;
}

/** The same operation by what each store has told. */
async function prepared(play: Play, name: string, seed: number): Promise<readonly [Act, Act] | undefined> {
  const [realContext, simulatedContext] = play.contexts;
  const real = await operations[name]?.prepare(realContext, chooseBy(seed));
  const simulated = await operations[name]?.prepare(simulatedContext, chooseBy(seed));
  return real === undefined || simulated === undefined ? undefined : [real, simulated];
}

/** An answer, or a fault by its code, in a form that both stores can have in common. */
async function answerOf(act: Act): Promise<unknown> {
  try {
    const answer = plain(await act.act());
    return act.unordered === true && Array.isArray(answer) ? inTextOrder(answer) : answer;
  } catch (error) {
    return faultOf(error);
  }
}

function faultOf(error: unknown): unknown {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return { threw: typeof code === 'string' ? code : String(error) };
}

const inTextOrder = (rows: readonly unknown[]): unknown[] =>
  rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** Numbers of installations and digests are each store's own; everything else is compared as it is. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return `bytes ${value.toString('hex')}`;
  if (value instanceof Map) return plain([...value].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, plain(inner)]));
}

function teach(act: Act, answer: unknown): void {
  const isFault = typeof answer === 'object' && answer !== null && 'threw' in answer;
  if (!isFault) act.learn?.(answer as never);
}

/** What happened at the same moment must be what some order of the two would have led to. */
async function playTogether(play: Play, { names, seed }: Step & { kind: 'together' }): Promise<Found> {
  const first = await prepared(play, names[0], seed);
  const second = await prepared(play, names[1], seed + 1);
  if (first === undefined || second === undefined) return undefined;
  const [one, other] = [first[0], second[0]];
  play.story.push(`together: ${one.says} | ${other.says}`);
  const settled = await play.real.together([() => answerOf(one), () => answerOf(other)]);
  play.story.push(`  → ${short(settled[0])} | ${short(settled[1])}`);
  const restore = await play.simulated.save();
  const orders: Found[] = [];
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    await restore();
    const answers: unknown[] = [];
    for (const place of order) answers[place] = await answerOf(place === 0 ? first[1] : second[1]);
    const found = isDeepStrictEqual(answers, settled)
      ? await compareAll(play, everything)
      : { question: 'the two answers', ...firstDifference(settled, answers) };
    if (found === undefined) {
      for (const [place, acts] of [first, second].entries()) for (const act of acts) teach(act, settled[place]);
      return undefined;
    }
    orders.push(found);
  }
  const question = `${one.says} | ${other.says}: ${orders.map((order) => order?.question).join(', then in the other order ')}`;
  const answersOf = (store: 'real' | 'simulated') => orders.map((order) => order?.[store]);
  return { question, real: answersOf('real'), simulated: answersOf('simulated') };
}

async function compareAll({ real, simulated, contexts }: Play, questions: Questions): Promise<Found> {
  const asked = Object.entries(questions).map(async ([question, ask]) => {
    const [told, simulatedTold] = await Promise.all([
      ask(real.stores, contexts[0]),
      ask(simulated.stores, contexts[1]),
    ]);
    const answers = [plain(told), plain(simulatedTold)] as const;
    return isDeepStrictEqual(...answers) ? undefined : { question, ...firstDifference(...answers) };
  });
  return (await Promise.all(asked)).find((found) => found !== undefined);
}

/** The parts of two answers that are not the same, so that nobody searches a page for one number. */
function firstDifference(real: unknown, simulated: unknown): { real: unknown; simulated: unknown } {
  if (!isPlainObject(real) || !isPlainObject(simulated)) return { real, simulated };
  const keys = [...new Set([...Object.keys(real), ...Object.keys(simulated)])];
  const key = keys.find((one) => !isDeepStrictEqual(real[one], simulated[one]));
  if (key === undefined) return { real, simulated };
  const inner = firstDifference(real[key], simulated[key]);
  return { real: { [key]: inner.real }, simulated: { [key]: inner.simulated } };
}

const isPlainObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const SHORT_CHARACTERS = 160;
function short(answer: unknown): string {
  const text = JSON.stringify(answer) ?? 'nothing';
  return text.length > SHORT_CHARACTERS ? `${text.slice(0, SHORT_CHARACTERS)}…` : text;
}

/** Leaves out whatever the difference does not need, halves first. */
export async function shrink(
  history: readonly Step[],
  differs: (history: readonly Step[]) => Promise<Difference | undefined>,
  triesMax: number,
): Promise<{ readonly history: readonly Step[]; readonly difference: Difference | undefined }> {
  let best = history;
  let difference: Difference | undefined;
  let tries = 0;
  for (let size = Math.ceil(history.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let place = 0; place < best.length && tries < triesMax; ) {
      const shorter = [...best.slice(0, place), ...best.slice(place + size)];
      tries += 1;
      const found = await differs(shorter);
      if (found === undefined) place += size;
      else [best, difference] = [shorter, found];
    }
  }
  return { history: best, difference };
}

export function storyOf(seed: number, difference: Difference): string {
  const show = (value: unknown): string => JSON.stringify(value, undefined, 2);
  return [
    `The stores differ (seed ${String(seed)}): ${difference.question}`,
    ...difference.story.map((line, index) => `${String(index + 1)}. ${line}`),
    `PostgreSQL: ${show(difference.real)}`,
    `Simulated: ${show(difference.simulated)}`,
  ].join('\n');
}
