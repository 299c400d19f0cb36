import { type RaisedError, raisedFrom } from './failure.ts';
import { type Clause, catches, type Frame, type LinkedContext, RETURN, STOP, type StepMeta } from './frame.ts';
import { toNumber } from './coerce.ts';
import type { FlowObserver, StatementEvent } from './flow-events.ts';

export interface Machine extends LinkedContext {
  readonly observer: FlowObserver | undefined;
  readonly startedMs: number;
  readonly yieldTurn: () => Promise<void>;
  ending: Ending | undefined;
}
export type Ending =
  | { readonly state: 'finished' }
  | { readonly state: 'cancelled' }
  | { readonly state: 'failed'; readonly error: RaisedError };

/** Steps between two turns of the event loop: about a hundredth of a second, unless steps are slow. */
const STEPS_PER_TURN = 10_000;
const SLICE_MS_MAX = 50;
/** The clock is looked at once in so many steps, because a look costs as much as a step. */
const STEPS_PER_LOOK = 16;

/** Runs to the end: slices of steps, between them a turn of the event loop or a promise of an action. */
export async function drive(machine: Machine): Promise<Ending> {
  while (machine.ending === undefined) {
    if (machine.context.signal.aborted) return { state: 'cancelled' };
    await slice(machine);
  }
  return machine.ending;
}

async function slice(machine: Machine): Promise<void> {
  try {
    const pending = machine.observer?.onStatement === undefined ? runPlain(machine) : runObserved(machine);
    if (pending === undefined) return machine.ending === undefined ? await machine.yieldTurn() : undefined;
    const startedMs = machine.clockMs();
    const { frame } = machine;
    const meta = frame.code.metas[frame.pc];
    const next = await orAborted(pending, machine.context.signal);
    if (meta !== undefined) tell(machine, meta, startedMs);
    moveTo(machine, next);
  } catch (thrown) {
    await recover(machine, thrown);
  }
}

/** Ends the wait for an action as soon as the run is aborted, even when the action does not listen. */
function orAborted<Value>(pending: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('The run was aborted.'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function runPlain(machine: Machine): Promise<number> | undefined {
  let { frame } = machine;
  const endMs = machine.clockMs() + SLICE_MS_MAX;
  for (let left = STEPS_PER_TURN; left > 0; left--) {
    if (left % STEPS_PER_LOOK === 0 && machine.clockMs() > endMs) return undefined;
    const next = stepOf(frame)(frame);
    if (typeof next !== 'number') return next;
    if (next >= 0) frame.pc = next;
    else {
      moveTo(machine, next);
      if (machine.ending !== undefined) return undefined;
      frame = machine.frame;
    }
  }
  return undefined;
}

/** The same with an event after each statement; one look at the clock serves as the end of one and the start of the next. */
function runObserved(machine: Machine): Promise<number> | undefined {
  let { frame } = machine;
  let startedMs = machine.clockMs();
  const endMs = startedMs + SLICE_MS_MAX;
  for (let left = STEPS_PER_TURN; left > 0; left--) {
    if (startedMs > endMs) return undefined;
    const meta = frame.code.metas[frame.pc];
    const next = stepOf(frame)(frame);
    if (typeof next !== 'number') return next;
    if (meta?.isLogged === true) startedMs = tell(machine, meta, startedMs);
    if (next >= 0) frame.pc = next;
    else {
      moveTo(machine, next);
      if (machine.ending !== undefined) return undefined;
      frame = machine.frame;
    }
  }
  return undefined;
}

function stepOf(frame: Frame) {
  const step = frame.code.steps[frame.pc];
  if (step === undefined) throw new Error(`Subflow ${frame.code.name} has no step ${frame.pc}.`);
  return step;
}

function moveTo(machine: Machine, next: number): void {
  if (next >= 0) machine.frame.pc = next;
  else if (next === RETURN) leave(machine);
  else if (next === STOP) machine.ending ??= { state: 'finished' };
}

function leave(machine: Machine): void {
  const { frame } = machine;
  const { caller } = frame;
  if (caller === undefined) {
    machine.ending = { state: 'finished' };
    return;
  }
  frame.finish?.(caller, frame);
  caller.pc = caller.returnTo;
  machine.frame = caller;
  machine.callDepth -= 1;
}

/** Finds who handles an error: a repeat, the statement's own handlers, then the blocks around it and around each call. */
async function recover(machine: Machine, thrown: unknown): Promise<void> {
  if (machine.context.signal.aborted) {
    machine.ending = { state: 'cancelled' };
    return;
  }
  const { frame } = machine;
  const meta = frame.code.metas[frame.pc];
  const error = maskedError(machine, thrown, meta);
  machine.lastError = error;
  const repeatMs = repeatAfterMs(frame, error);
  const clause = repeatMs === undefined ? findClause(machine, error) : undefined;
  tellFailure(machine, { meta, error, isHandled: repeatMs !== undefined || clause !== undefined });
  if (repeatMs !== undefined) return repeatMs > 0 ? await machine.wait(repeatMs).catch(() => undefined) : undefined;
  if (clause === undefined) machine.ending = { state: 'failed', error };
  else {
    machine.frame.slots[clause.slot] = error;
    machine.frame.pc = clause.target;
  }
}

function maskedError(machine: Machine, thrown: unknown, meta: StepMeta | undefined): RaisedError {
  const location = meta?.location ?? { subflow: machine.frame.code.name, line: 1, actionIndex: 0 };
  const error = raisedFrom(thrown, location, meta?.name ?? '');
  const { maskText } = machine.masker;
  return { ...error, message: maskText(error.message), details: maskText(error.details) };
}

const MS_PER_SECOND = 1000;
/** How long to wait before the failed statement runs again; undefined when it does not. */
function repeatAfterMs(frame: Frame, error: RaisedError): number | undefined {
  const repeat = frame.code.plans[frame.pc]?.repeat;
  if (repeat === undefined || error.isLogic) return undefined;
  const done = (frame.slots[repeat.slot] as number | undefined) ?? 0;
  const isLeft = done < toNumber(repeat.times(frame));
  frame.slots[repeat.slot] = isLeft ? done + 1 : 0;
  if (!isLeft) return undefined;
  return repeat.waitSeconds === undefined ? 0 : toNumber(repeat.waitSeconds(frame)) * MS_PER_SECOND;
}

/** Leaves the frames that do not handle the error; without any handler all stay, so that the end can be told. */
function findClause(machine: Machine, error: RaisedError): Clause | undefined {
  const own = machine.frame.code.plans[machine.frame.pc]?.clauses.find((clause) => catches(clause, error));
  if (own !== undefined) return own;
  let depth = machine.callDepth;
  for (let frame: Frame | undefined = machine.frame; frame !== undefined; frame = frame.caller) {
    const clause = clauseOfBlocks(frame, error);
    if (clause !== undefined) {
      machine.frame = frame;
      machine.callDepth = depth;
      return clause;
    }
    depth -= 1;
  }
  return undefined;
}

function clauseOfBlocks({ code, pc }: Frame, error: RaisedError): Clause | undefined {
  let block = code.blocks[code.scopes[pc] ?? -1];
  while (block !== undefined) {
    const clause = block.clauses.find((one) => catches(one, error));
    if (clause !== undefined) return clause;
    block = code.blocks[block.parent];
  }
  return undefined;
}

function tell(machine: Machine, meta: StepMeta, startedMs: number): number {
  const endedMs = machine.clockMs();
  machine.observer?.onStatement?.({
    location: meta.location,
    name: meta.name,
    startedMs: startedMs - machine.startedMs,
    durationMs: endedMs - startedMs,
    status: 'succeeded',
  });
  return endedMs;
}

interface Failure {
  readonly meta: StepMeta | undefined;
  readonly error: RaisedError;
  readonly isHandled: boolean;
}
function tellFailure(machine: Machine, { meta, error, isHandled }: Failure): void {
  if (meta === undefined) return;
  const event: StatementEvent = {
    location: meta.location,
    name: meta.name,
    startedMs: machine.clockMs() - machine.startedMs,
    durationMs: 0,
    status: isHandled ? 'handled' : 'failed',
    errorCode: error.code,
    errorMessage: error.message,
  };
  machine.observer?.onStatement?.(event);
}
