import type { ActionStatement, Case, Condition, Statement, StatementOf } from '../syntax/nodes.ts';
import { assignAt, itemsOf } from './access.ts';
import type { ActionResult } from './action.ts';
import type { Target } from './code-writer.ts';
import type { Compiling } from './compiling.ts';
import { toBoolean, toNumber } from './coerce.ts';
import { type CompiledCall, compileCall } from './compile-action.ts';
import { compileCopy, compileExpression, compileStore } from './compile-expression.ts';
import { compileBlock, compileFailing, compileThrow } from './compile-handler.ts';
import {
  compileCallStatement,
  compileExit,
  compileLastError,
  compileWait,
  compileWaitUntil,
} from './compile-flow-control.ts';
import { type Frame, RETURN, type Step } from './frame.ts';
import { LogicError } from './logic-error.ts';
import { compareBy } from './operators.ts';
import { cloneValue } from './clone.ts';

export function compileBody(to: Compiling, body: readonly Statement[]): void {
  for (const statement of body) compileStatement(to, statement);
}

function compileStatement(to: Compiling, statement: Statement): void {
  switch (statement.kind) {
    case 'set':
      return compileSet(to, statement);
    case 'if':
      return compileIf(to, statement);
    case 'switch':
      return compileSwitch(to, statement);
    case 'foreach':
      return compileForeach(to, statement);
    case 'for':
      return compileFor(to, statement);
    case 'while':
      return compileWhile(to, statement);
    case 'block':
      return compileBlock(to, statement);
    case 'action':
      return compileAction(to, statement);
    case 'call':
      return compileCallStatement(to, statement);
    case 'exit':
      return compileExit(to, statement);
    case 'wait':
      return compileWait(to, statement);
    case 'wait-until':
      return compileWaitUntil(to, statement);
    case 'last-error':
      return compileLastError(to, statement);
    case 'label':
      return compileLabel(to, statement);
    case 'goto':
      return compileGoto(to, statement);
    case 'exit-loop':
    case 'next-loop':
      return compileLeaveLoop(to, statement);
    case 'exit-function':
      return to.writer.emit(() => RETURN, to.writer.meta(statement, 'EXIT FUNCTION'));
    case 'throw':
      return compileThrow(to, statement);
    case 'comment':
    case 'region':
    case 'end-region':
    case 'disabled':
    case 'invalid':
      return;
  }
}

function compileSet(to: Compiling, statement: StatementOf<'set'>): void {
  const { target, value } = statement;
  const { writer, scope } = to;
  const copy = compileCopy(value, scope);
  const store = compileStore(target.name, target.isGlobal, scope);
  const next = writer.next + 1;
  const meta = writer.meta(statement, 'SET');
  if (target.keys.length === 0) {
    return writer.emit((frame) => {
      store(frame, copy(frame));
      return next;
    }, meta);
  }
  const place = { line: target.line, column: target.column };
  const root = { kind: 'variable', depth: 1, ...place, name: target.name, isGlobal: target.isGlobal } as const;
  const container = compileExpression(root, scope);
  const keys = target.keys.map((key) => compileExpression(key, scope));
  writer.emit((frame) => {
    const path = keys.map((key) => key(frame));
    store(frame, assignAt(container(frame), path, copy(frame)));
    return next;
  }, meta);
}

function compileIf(to: Compiling, statement: StatementOf<'if'>): void {
  const { writer } = to;
  const end: Target = { pc: -1 };
  statement.branches.forEach(({ condition, body, line }, index) => {
    const otherwise: Target = { pc: -1 };
    const row = { ...statement, line };
    compileCondition(to, { statement: row, name: index === 0 ? 'IF' : 'ELSE IF', condition, otherwise });
    writer.within(body, () => compileBody(to, body));
    writer.jump(end, statement);
    writer.place(otherwise);
  });
  const { otherwise } = statement;
  if (otherwise !== undefined) writer.within(otherwise, () => compileBody(to, otherwise));
  writer.place(end);
}

interface ConditionSite {
  readonly statement: Statement;
  readonly name: string;
  readonly condition: Condition;
  /** Where to go when the condition does not hold; else the next step runs. */
  readonly otherwise: Target;
}

function compileCondition(to: Compiling, { statement, name, condition, otherwise }: ConditionSite): void {
  const { writer, scope } = to;
  if (condition.kind === 'action-condition') {
    const call = compileCall(condition.call, to.actions, scope);
    const then: Target = { pc: -1 };
    const step = actionStep(call, (result) => (result.holds === true ? then.pc : otherwise.pc));
    const meta = writer.meta(statement, `${name} ${condition.call.id}`);
    // Ours, unproven in Power Automate: a handled error of a condition counts as not holding.
    compileFailing(to, { statement, step, meta, handlers: condition.handlers, after: otherwise });
    return writer.place(then);
  }
  const test = compileExpression(condition, scope);
  const next = writer.next + 1;
  writer.emit(
    (frame) => {
      const holds = test(frame);
      return (typeof holds === 'boolean' ? holds : toBoolean(holds)) ? next : otherwise.pc;
    },
    writer.meta(statement, name),
  );
}

/** Runs an action and answers where to go on; a promise costs a turn of the loop, an immediate result does not. */
export function actionStep(call: CompiledCall, after: (result: ActionResult) => number): Step {
  const complete = (frame: Frame, result: ActionResult): number => {
    call.bind(frame, result);
    return after(result);
  };
  return (frame) => {
    const result = call.invoke(frame);
    if (result instanceof Promise) return result.then((value) => complete(frame, value));
    return complete(frame, result);
  };
}

function compileAction(to: Compiling, statement: Statement & ActionStatement): void {
  const { writer } = to;
  const after: Target = { pc: -1 };
  const step = actionStep(compileCall(statement.call, to.actions, to.scope), () => after.pc);
  const meta = writer.meta(statement, statement.call.id);
  compileFailing(to, { statement, step, meta, handlers: statement.handlers, after });
  writer.place(after);
}

/** No fall-through; the first case that fits wins. */
function compileSwitch(to: Compiling, statement: StatementOf<'switch'>): void {
  const { writer, scope } = to;
  const subject = compileExpression(statement.subject, scope);
  const end: Target = { pc: -1 };
  const cases = statement.cases.map(({ operator, value }: Case) => ({
    holds: compareBy[operator],
    value: compileExpression(value, scope),
    target: { pc: -1 } as Target,
  }));
  const otherwise: Target = { pc: -1 };
  writer.emit(
    (frame) => {
      const found = subject(frame);
      for (const one of cases) if (one.holds(found, one.value(frame))) return one.target.pc;
      return otherwise.pc;
    },
    writer.meta(statement, 'SWITCH'),
  );
  statement.cases.forEach(({ body }, index) => {
    const target = cases[index]?.target;
    if (target !== undefined) writer.place(target);
    writer.within(body, () => compileBody(to, body));
    writer.jump(end, statement);
  });
  writer.place(otherwise);
  const last = statement.otherwise;
  if (last !== undefined) writer.within(last, () => compileBody(to, last));
  writer.place(end);
}

function compileForeach(to: Compiling, statement: StatementOf<'foreach'>): void {
  const { writer, scope } = to;
  const source = compileExpression(statement.source, scope);
  const store = compileStore(statement.name, false, scope);
  const slot = writer.newSlot();
  const [test, exit]: [Target, Target] = [{ pc: -1 }, { pc: -1 }];
  writer.emit(
    (frame) => {
      frame.slots[slot] = { items: itemsOf(source(frame)), index: 0 };
      return test.pc;
    },
    writer.meta(statement, 'LOOP FOREACH'),
  );
  writer.place(test);
  const next = writer.next + 1;
  writer.emit(
    (frame) => {
      const visit = frame.slots[slot] as Visit;
      if (visit.index >= visit.items.count) return exit.pc;
      const item = visit.items.at(visit.index);
      visit.index += 1;
      store(frame, typeof item === 'object' ? cloneValue(item) : item);
      return next;
    },
    writer.meta(statement, 'LOOP FOREACH', false),
  );
  compileLoopBody(to, statement, { next: test, exit });
}
interface Visit {
  readonly items: ReturnType<typeof itemsOf>;
  index: number;
}

/** The index is a variable like any other: the body may change it, and 1..3 leaves 4. */
function compileFor(to: Compiling, statement: StatementOf<'for'>): void {
  const { writer, scope } = to;
  const [from, last] = [compileExpression(statement.from, scope), compileExpression(statement.to, scope)];
  const step = statement.step === undefined ? () => 1 : compileExpression(statement.step, scope);
  const place = { line: statement.line, column: statement.column };
  const index = compileExpression(
    { kind: 'variable', name: statement.name, isGlobal: false, depth: 1, ...place },
    scope,
  );
  const store = compileStore(statement.name, false, scope);
  const slot = writer.newSlot();
  const [test, advance, exit]: [Target, Target, Target] = [{ pc: -1 }, { pc: -1 }, { pc: -1 }];
  writer.emit(
    (frame) => {
      const start = toNumber(from(frame));
      const bounds: Bounds = { last: toNumber(last(frame)), step: toNumber(step(frame)) };
      if (bounds.step === 0) throw new LogicError('LoopStepError', 'The step of a loop cannot be 0.');
      frame.slots[slot] = bounds;
      store(frame, start);
      return test.pc;
    },
    writer.meta(statement, 'LOOP'),
  );
  writer.place(advance);
  writer.emit(
    (frame) => {
      store(frame, toNumber(index(frame)) + (frame.slots[slot] as Bounds).step);
      return test.pc;
    },
    writer.meta(statement, 'LOOP', false),
  );
  writer.place(test);
  const next = writer.next + 1;
  writer.emit(
    (frame) => {
      const bounds = frame.slots[slot] as Bounds;
      const at = toNumber(index(frame));
      return (bounds.step > 0 ? at <= bounds.last : at >= bounds.last) ? next : exit.pc;
    },
    writer.meta(statement, 'LOOP', false),
  );
  compileLoopBody(to, statement, { next: advance, exit });
}
interface Bounds {
  readonly last: number;
  readonly step: number;
}

function compileWhile(to: Compiling, statement: StatementOf<'while'>): void {
  const [test, exit]: [Target, Target] = [{ pc: -1 }, { pc: -1 }];
  to.writer.place(test);
  compileCondition(to, { statement, name: 'LOOP WHILE', condition: statement.condition, otherwise: exit });
  compileLoopBody(to, statement, { next: test, exit });
}

function compileLoopBody(
  to: Compiling,
  statement: StatementOf<'foreach' | 'for' | 'while'>,
  targets: { readonly next: Target; readonly exit: Target },
): void {
  const { writer } = to;
  const outer = writer.loop;
  writer.loop = targets;
  writer.within(statement, () => compileBody(to, statement.body));
  writer.loop = outer;
  writer.jump(targets.next, statement);
  writer.place(targets.exit);
}

function compileLeaveLoop({ writer }: Compiling, statement: StatementOf<'exit-loop' | 'next-loop'>): void {
  const isExit = statement.kind === 'exit-loop';
  const name = isExit ? 'EXIT LOOP' : 'NEXT LOOP';
  const target = isExit ? writer.loop?.exit : writer.loop?.next;
  const meta = writer.meta(statement, name);
  if (target !== undefined) return writer.emit(() => target.pc, meta);
  writer.emit(() => {
    throw new LogicError('NoLoopError', `${name} stands in no loop.`);
  }, meta);
}

function compileLabel({ writer }: Compiling, statement: StatementOf<'label' | 'goto'>): void {
  const key = statement.name.toLowerCase();
  if (!writer.labels.has(key)) writer.labels.set(key, { target: { pc: writer.next }, path: writer.path });
}

/**
 * Ours, unproven in Power Automate: a jump may leave loops, branches and blocks, never enter one, because a loop that
 * was not begun has no state.
 */
function compileGoto({ writer }: Compiling, statement: StatementOf<'label' | 'goto'>): void {
  const { path } = writer;
  writer.emit(
    () => {
      const label = writer.labels.get(statement.name.toLowerCase());
      if (label === undefined) throw new LogicError('UnknownLabelError', `There is no label '${statement.name}' here.`);
      if (label.path.every((construct, depth) => path[depth] === construct)) return label.target.pc;
      throw new LogicError('JumpIntoBlockError', `The label '${statement.name}' stands inside a block or loop.`);
    },
    writer.meta(statement, 'GOTO'),
  );
}
