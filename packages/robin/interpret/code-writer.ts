import type { Statement, Subflow } from '../syntax/nodes.ts';
import type { BlockScope, Code, ErrorPlan, Step, StepMeta } from './frame.ts';

/** A place that steps jump to before its number is known. */
export interface Target {
  pc: number;
}

/** Collects the steps of one subflow, in order, with what encloses each. */
export class CodeWriter {
  readonly code: Code;
  readonly labels = new Map<string, { readonly target: Target; readonly path: readonly object[] }>();
  /** The constructs around the statement that is being compiled, for telling jumps into them. */
  path: readonly object[] = [];
  /** Where EXIT LOOP and NEXT LOOP go. */
  loop: { readonly next: Target; readonly exit: Target } | undefined;
  /** The slot of the error that the handler around the statement has caught. */
  handlerSlot: number | undefined;
  readonly #subflow: Subflow;
  #scope = -1;

  constructor(subflow: Subflow) {
    this.#subflow = subflow;
    this.code = {
      name: subflow.name,
      steps: [],
      metas: [],
      scopes: [],
      plans: [],
      blocks: [],
      localCount: 0,
      slotCount: 0,
    };
  }

  get next(): number {
    return this.code.steps.length;
  }

  emit(step: Step, meta: StepMeta, plan?: ErrorPlan): void {
    this.code.steps.push(step);
    this.code.metas.push(meta);
    this.code.scopes.push(this.#scope);
    this.code.plans.push(plan);
  }

  jump(target: Target, statement: Statement): void {
    this.emit(() => target.pc, this.meta(statement, 'GOTO', false));
  }

  place(target: Target): void {
    target.pc = this.next;
  }

  newSlot(): number {
    this.code.slotCount += 1;
    return this.code.slotCount - 1;
  }

  /** Compiles the inside of a block: errors there look at its clauses first. */
  inBlock(block: Omit<BlockScope, 'parent'>, write: () => void): void {
    const outer = this.#scope;
    this.code.blocks.push({ ...block, parent: outer });
    this.#scope = this.code.blocks.length - 1;
    write();
    this.#scope = outer;
  }

  /** Compiles a body that may only be entered from its top. */
  within(construct: object, write: () => void): void {
    const outer = this.path;
    this.path = [...outer, construct];
    write();
    this.path = outer;
  }

  meta(statement: Pick<Statement, 'line' | 'actionIndex'>, name: string, isLogged = true): StepMeta {
    const { line, actionIndex } = statement;
    return { location: { subflow: this.#subflow.name, line, actionIndex }, name, isLogged };
  }
}
