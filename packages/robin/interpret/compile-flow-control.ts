import type { Argument, Output, Statement, StatementOf, WaitUntilStatement } from '../syntax/nodes.ts';
import { ActionError, type ActionResult } from './action.ts';
import type { Target } from './code-writer.ts';
import { toBoolean, toNumber } from './coerce.ts';
import { compileCall } from './compile-action.ts';
import { compileCopy, compileExpression, compileStore } from './compile-expression.ts';
import { compileFailing } from './compile-handler.ts';
import type { Compiling, SubflowLink } from './compiling.ts';
import { errorValueOf } from './failure.ts';
import { ENTER, type Eval, type Frame, STOP, type Step } from './frame.ts';
import { LogicError } from './logic-error.ts';
import { toText } from './print-value.ts';
import { blank } from './values.ts';

/** How often a conditional wait looks again. */
const CONDITION_POLL_INTERVAL_MS = 500;
const MS_PER_SECOND = 1000;

export function compileCallStatement(to: Compiling, statement: StatementOf<'call'>): void {
  const { writer } = to;
  const link = to.subflows.get(statement.name.toLowerCase());
  const meta = writer.meta(statement, 'CALL');
  if (link === undefined) {
    return writer.emit(() => {
      throw new LogicError('UnknownSubflowError', `There is no subflow '${statement.name}'.`);
    }, meta);
  }
  const inputs = link.isGlobal ? [] : compileInputs(to, statement.inputs, link);
  const finish = link.isGlobal ? undefined : compileOutputs(to, statement.outputs, link);
  const next = writer.next + 1;
  writer.emit((frame) => {
    const values = inputs.map(({ value }) => value(frame));
    const callee = link.enter(frame, finish);
    inputs.forEach(({ slot }, index) => {
      callee.vars[slot] = values[index];
    });
    frame.returnTo = next;
    frame.machine.frame = callee;
    return ENTER;
  }, meta);
}

const compileInputs = (to: Compiling, inputs: readonly Argument[], link: SubflowLink) =>
  inputs.map(({ name, value }) => ({ slot: link.slotOf(name), value: compileCopy(value, to.scope) }));

/** An output of the call takes the value that the function's variable of that name has at its end. */
function compileOutputs(to: Compiling, outputs: readonly Output[], link: SubflowLink): Frame['finish'] {
  const stores = outputs.map(({ name, variable }) => ({
    slot: link.slotOf(name),
    store: compileStore(variable.name, variable.isGlobal, to.scope),
  }));
  return (caller, callee) => {
    for (const { slot, store } of stores) store(caller, callee.vars[slot] ?? blank);
  };
}

/**
 * Ours, unproven in Power Automate: the flow has failed when the message is not empty or the code is not 0.
 */
export function compileExit({ writer, scope }: Compiling, statement: StatementOf<'exit'>): void {
  const code = statement.code && compileExpression(statement.code, scope);
  const message = statement.message && compileExpression(statement.message, scope);
  const meta = writer.meta(statement, 'EXIT');
  writer.emit((frame) => {
    const exitCode = code === undefined ? 0 : toNumber(code(frame));
    const text = message === undefined ? '' : toText(message(frame), frame.machine.print);
    frame.machine.stop(exitCode, text, meta);
    return STOP;
  }, meta);
}

/** Seconds, decimals allowed; ends early when the run is cancelled. */
export function compileWait({ writer, scope }: Compiling, statement: StatementOf<'wait'>): void {
  const seconds = compileExpression(statement.seconds, scope);
  const next = writer.next + 1;
  writer.emit(
    (frame) => {
      const waitMs = toNumber(seconds(frame)) * MS_PER_SECOND;
      if (!(waitMs > 0)) return next;
      return frame.machine.wait(waitMs).then(() => next);
    },
    writer.meta(statement, 'WAIT'),
  );
}

export function compileWaitUntil(to: Compiling, statement: Statement & WaitUntilStatement): void {
  const { writer, scope } = to;
  const { condition } = statement;
  const after: Target = { pc: -1 };
  const timeout = statement.timeout && compileExpression(statement.timeout, scope);
  const name = condition.kind === 'action-condition' ? `WAIT ${condition.call.id}` : 'WAIT';
  const test = compileTest(to, condition);
  const step: Step = (frame) => pollUntil(frame, test, timeout).then(() => after.pc);
  const meta = writer.meta(statement, name);
  compileFailing(to, { statement, step, meta, handlers: statement.handlers, after });
  writer.place(after);
}

type Test = (frame: Frame) => boolean | Promise<boolean>;
function compileTest(to: Compiling, condition: WaitUntilStatement['condition']): Test {
  if (condition.kind !== 'action-condition') {
    const value = compileExpression(condition, to.scope);
    return (frame) => toBoolean(value(frame));
  }
  const call = compileCall(condition.call, to.actions, to.scope);
  const complete = (frame: Frame, result: ActionResult): boolean => {
    call.bind(frame, result);
    return result.holds === true;
  };
  return (frame) => {
    const result = call.invoke(frame);
    return result instanceof Promise ? result.then((value) => complete(frame, value)) : complete(frame, result);
  };
}

async function pollUntil(frame: Frame, test: Test, timeout: Eval | undefined): Promise<void> {
  const { machine } = frame;
  const limitMs = timeout === undefined ? Number.POSITIVE_INFINITY : toNumber(timeout(frame)) * MS_PER_SECOND;
  const deadlineMs = machine.clockMs() + limitMs;
  while (!(await test(frame))) {
    const leftMs = deadlineMs - machine.clockMs();
    if (leftMs <= 0) {
      throw new ActionError('TimeoutError', `The condition did not hold within ${limitMs / MS_PER_SECOND} seconds.`);
    }
    await machine.wait(Math.min(CONDITION_POLL_INTERVAL_MS, leftMs));
  }
}

/** Without an error so far the variable becomes blank. */
export function compileLastError({ writer, scope }: Compiling, statement: StatementOf<'last-error'>): void {
  const store = compileStore(statement.name, false, scope);
  const reset = statement.reset && compileExpression(statement.reset, scope);
  const next = writer.next + 1;
  writer.emit(
    (frame) => {
      const { lastError } = frame.machine;
      store(frame, lastError === undefined ? blank : errorValueOf(lastError));
      if (reset !== undefined && toBoolean(reset(frame))) frame.machine.lastError = undefined;
      return next;
    },
    writer.meta(statement, 'ERROR'),
  );
}
