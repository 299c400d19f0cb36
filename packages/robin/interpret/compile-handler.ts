import type { BlockStatement, Handler, Statement } from '../syntax/nodes.ts';
import type { Target } from './code-writer.ts';
import { compileExpression } from './compile-expression.ts';
import type { Compiling } from './compiling.ts';
import { type RaisedError, Rethrown } from './failure.ts';
import type { Clause, ErrorPlan, Frame, Step, StepMeta } from './frame.ts';
import { LogicError } from './logic-error.ts';

export interface FailingStep {
  readonly statement: Statement;
  readonly step: Step;
  readonly meta: StepMeta;
  readonly handlers: readonly Handler[];
  /** Where a handled error goes on. */
  readonly after: Target;
}

/** A step with its `ON ERROR` parts; their bodies follow it and are entered only by an error. */
export function compileFailing(to: Compiling, { statement, step, meta, handlers, after }: FailingStep): void {
  const { writer } = to;
  if (handlers.length === 0) return writer.emit(step, meta);
  const repeat = compileRepeat(to, handlers);
  // `ON ERROR REPEAT …` followed by `ON ERROR` is one plan: repeat first, then the other part. Alone, its own body counts.
  const bodies = handlers.filter((one) => one.repeat === undefined || one.body.length > 0 || handlers.length === 1);
  const clauses = clausesFor(bodies, writer.newSlot());
  const plan: ErrorPlan = { repeat, clauses };
  writer.emit(repeat === undefined ? step : forgettingRepeats(step, repeat.slot), meta, plan);
  writer.jump(after, statement);
  compileClauses(to, { handlers: bodies, clauses, after, statement });
}

/** Several REPEAT parts: the first one counts. */
function compileRepeat({ writer, scope }: Compiling, handlers: readonly Handler[]): ErrorPlan['repeat'] {
  const repeat = handlers.find((one) => one.repeat !== undefined)?.repeat;
  if (repeat === undefined) return undefined;
  const waitSeconds = repeat.waitSeconds && compileExpression(repeat.waitSeconds, scope);
  return { times: compileExpression(repeat.times, scope), waitSeconds, slot: writer.newSlot() };
}

function forgettingRepeats(step: Step, slot: number): Step {
  const forget = (frame: Frame, next: number): number => {
    frame.slots[slot] = 0;
    return next;
  };
  return (frame) => {
    const next = step(frame);
    return typeof next === 'number' ? forget(frame, next) : next.then((value) => forget(frame, value));
  };
}

const clausesFor = (handlers: readonly Handler[], slot: number): Clause[] =>
  handlers.map(({ code, isUserCode, catchesLogic }) => ({ code, isUserCode, catchesLogic, slot, target: -1 }));

interface Clauses {
  readonly handlers: readonly Handler[];
  readonly clauses: readonly Clause[];
  readonly after: Target;
  readonly statement: Statement;
}

function compileClauses(to: Compiling, { handlers, clauses, after, statement }: Clauses): void {
  const { writer } = to;
  const outer = writer.handlerSlot;
  handlers.forEach(({ body }, index) => {
    const clause = clauses[index];
    if (clause === undefined) return;
    clause.target = writer.next;
    writer.handlerSlot = clause.slot;
    writer.within(body, () => to.compileBody(to, body));
    writer.jump(after, statement);
  });
  writer.handlerSlot = outer;
}

/** `BLOCK`: its body, then its handlers, which errors of the body reach and errors of themselves do not. */
export function compileBlock(to: Compiling, statement: Statement & BlockStatement): void {
  const { writer } = to;
  const after: Target = { pc: -1 };
  const next = writer.next + 1;
  writer.emit(() => next, writer.meta(statement, 'BLOCK'));
  const clauses = clausesFor(statement.handlers, writer.newSlot());
  writer.within(statement, () =>
    clauses.length === 0
      ? to.compileBody(to, statement.body)
      : writer.inBlock({ clauses }, () => to.compileBody(to, statement.body)),
  );
  writer.jump(after, statement);
  compileClauses(to, { handlers: statement.handlers, clauses, after, statement });
  writer.place(after);
}

/** Lets the error that a handler has caught go on; in a subflow that a handler calls, the last error. */
export function compileThrow({ writer }: Compiling, statement: Statement): void {
  const slot = writer.handlerSlot;
  writer.emit(
    (frame) => {
      const caught = slot === undefined ? frame.machine.lastError : (frame.slots[slot] as RaisedError | undefined);
      if (caught === undefined) throw new LogicError('NoErrorToThrow', 'THROW ERROR found no error to throw.');
      throw new Rethrown(caught);
    },
    writer.meta(statement, 'THROW ERROR'),
  );
}
