import type { Flow, Subflow } from '../syntax/nodes.ts';
import { indexActions } from './action-index.ts';
import type { ActionModule } from './action.ts';
import { CodeWriter } from './code-writer.ts';
import { compileBody } from './compile-statement.ts';
import type { Compiling, SubflowLink } from './compiling.ts';
import { type Code, type Frame, RETURN } from './frame.ts';
import { LogicError } from './logic-error.ts';
import { createSlots, type Scope, type SlotTable } from './scope.ts';
import { elementsOf } from './ui-elements.ts';

/** Calls inside calls that a flow may have open. */
export const CALL_DEPTH_MAX = 1_000;

/** A flow ready to run; compiled once, run as often as wanted. */
export interface Program {
  readonly main: Code;
  readonly globals: SlotTable;
}

export function compileFlow(flow: Flow, modules: readonly ActionModule[], sensitive: ReadonlySet<string>): Program {
  const actions = indexActions(modules);
  const { globals, locals } = createSlots(flow, actions);
  const elements = elementsOf(flow);
  const subflows = new Map<string, SubflowLink>();
  const writers = flow.subflows.map((subflow) => {
    const writer = new CodeWriter(subflow);
    const own = subflow.isGlobal ? undefined : locals.get(subflow.name.toLowerCase());
    const key = subflow.name.toLowerCase();
    if (!subflows.has(key)) subflows.set(key, linkOf(subflow, writer.code, own));
    return { subflow, writer, own };
  });
  for (const { subflow, writer, own } of writers) {
    const isSensitive = (name: string): boolean => sensitive.has(name.toLowerCase());
    const scope: Scope = { globals, locals: own, isSensitive, elements };
    compileSubflow({ writer, scope, actions, subflows, compileBody }, subflow);
  }
  // Calls name variables of other functions, so a function's variables are counted when all are compiled.
  for (const { writer, own } of writers) writer.code.localCount = own?.names.length ?? 0;
  const main = writers.find(({ subflow }) => subflow === flow.main)?.writer.code;
  if (main === undefined) throw new Error('A flow always has a main subflow.');
  return { main, globals };
}

function compileSubflow(to: Compiling, subflow: Subflow): void {
  compileBody(to, subflow.body);
  to.writer.emit(() => RETURN, to.writer.meta({ line: subflow.line, actionIndex: 0 }, 'END FUNCTION', false));
}

function linkOf(subflow: Subflow, code: Code, own: SlotTable | undefined): SubflowLink {
  return {
    isGlobal: subflow.isGlobal,
    slotOf: (name) => own?.slotOf(name) ?? 0,
    enter: (caller, finish) => {
      const { machine } = caller;
      if (machine.callDepth >= CALL_DEPTH_MAX) {
        const message = `Subflows call each other deeper than ${CALL_DEPTH_MAX}; look for a CALL that never ends.`;
        throw new LogicError('CallDepthError', message);
      }
      machine.callDepth += 1;
      return frameOf(code, { caller, finish });
    },
  };
}

function frameOf(code: Code, { caller, finish }: { caller: Frame; finish: Frame['finish'] }): Frame {
  const { machine, globals } = caller;
  const vars = code.localCount === 0 ? globals : new Array<undefined>(code.localCount);
  return { code, vars, globals, slots: new Array(code.slotCount), machine, caller, finish, pc: 0, returnTo: 0 };
}
