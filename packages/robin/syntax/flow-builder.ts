import { describeFrame, type Frame } from './block-stack.ts';
import type { Place, Reporter } from './diagnostic.ts';
import { BLOCK_DEPTH_MAX } from './limits.ts';
import type {
  Decorator,
  Flow,
  FlowHeader,
  FlowImport,
  FlowParameter,
  Handler,
  Row,
  Statement,
  Subflow,
  Trailer,
} from './nodes.ts';
import type { BareStatement } from './parse-statement.ts';
import { RowFailure } from './row-reader.ts';
import { parseTrailer } from './trailer.ts';
import type { Token } from './token.ts';

const MAIN = 'Main';

/**
 * Rows → flow, with the open constructs on an explicit stack. `read-row.ts` decides what a row is and tells this
 * builder; the builder knows where statements go, counts them, and closes what is left open.
 */
export class FlowBuilder {
  readonly report: Reporter;
  readonly #tokens: readonly Token[];
  readonly #rows: Row[] = [];
  readonly #stack: Frame[];
  readonly #subflows: Subflow[] = [];
  readonly #toplevel: Subflow;
  readonly #inputs: FlowParameter[] = [];
  readonly #outputs: FlowParameter[] = [];
  readonly #sensitive: string[] = [];
  readonly #imports: FlowImport[] = [];
  #decorators: Decorator[] = [];
  #trailer: Trailer | undefined;
  #actionIndex = 0;
  #toplevelIndex = 0;
  /** Rows inside handlers have no number of their own. */
  #handlersOpen = 0;
  #row: Row = { tokens: [], depth: 0, isVerbatim: true };

  constructor(tokens: readonly Token[], report: Reporter) {
    this.report = report;
    this.#tokens = tokens;
    this.#toplevel = newSubflow(MAIN, true, { line: 1, column: 1 });
    this.#stack = [this.#subflowFrame(this.#toplevel, false)];
  }

  /** `readRow` says what a row is, by calling the methods below. */
  build(readRow: ReadRow): Flow {
    let row: Token[] = [];
    for (const token of this.#tokens) {
      if (token.kind === 'newline' || token.kind === 'end') {
        if (row.length > 0) this.#readRow(row, readRow);
        row = [];
      } else row.push(token);
    }
    this.#closeFramesAbove(0);
    return this.#finish();
  }

  get top(): Frame {
    const frame = this.#stack.at(-1);
    if (frame === undefined) throw new Error('The block stack is never empty.');
    return frame;
  }

  /** Adds a statement that opens nothing. */
  add(bare: BareStatement, place: Place): Statement {
    const statement = this.#complete(bare, place);
    this.top.body.push(statement);
    if (statement.kind !== 'comment') this.top.previous = statement;
    this.#row.depth = this.top.innerDepth;
    return statement;
  }

  /** Adds a statement and opens its construct; too deep, it is opened without becoming part of the flow. */
  open(bare: BareStatement, place: Place, frameOf: (statement: Statement, at: FramePlace) => Frame): void {
    const statement = this.#complete(bare, place);
    if (this.#stack.length <= BLOCK_DEPTH_MAX) this.top.body.push(statement);
    else if (this.#stack.length === BLOCK_DEPTH_MAX + 1) {
      const message = `Blocks are nested deeper than ${BLOCK_DEPTH_MAX}; move the inner part into a subflow.`;
      this.report.error(place, 'nesting-too-deep', message);
    }
    this.top.previous = statement;
    const depth = this.top.innerDepth;
    this.#row.depth = depth;
    this.#stack.push(frameOf(statement, { place, depth, innerDepth: depth + 1 }));
  }

  /** Opens the handlers of a statement; `ON ERROR` stands beside its action, `ON BLOCK ERROR` beside its block, as in stored definitions. */
  openHandlers(handlers: Handler[], handler: Handler): void {
    const depth = handler.isBlock && this.top.kind === 'block' ? this.top.depth : this.top.innerDepth;
    const { isBlock, body } = handler;
    handlers.push(handler);
    this.#row.depth = depth;
    this.#handlersOpen += 1;
    this.#stack.push({ kind: 'handlers', isBlock, handlers, place: handler, depth, innerDepth: depth + 1, body });
  }

  /** A further part of the construct on top: ELSE, CASE, another handler. */
  continueAt(body: Statement[], rowDepth: number, innerDepth: number): void {
    this.top.body = body;
    this.top.previous = undefined;
    this.top.innerDepth = innerDepth;
    this.#row.depth = rowDepth;
    if (this.top.kind !== 'handlers') this.#actionIndex += 1;
  }

  end(place: Place): void {
    const frame = this.top;
    if (frame.kind === 'subflow') {
      this.report.repair(place, 'unmatched-end', 'This END closes nothing; remove it.');
      return;
    }
    this.#row.depth = frame.depth;
    this.#pop();
    if (frame.kind !== 'handlers') this.#actionIndex += 1;
  }

  openSubflow(name: string, isGlobal: boolean, place: Place): void {
    this.#closeFramesAbove(0);
    if (this.top.kind === 'subflow' && this.top.isOpenedByRow) {
      this.report.error(place, 'missing-end-function', `END FUNCTION is missing before this FUNCTION.`);
      this.#stack.pop();
    } else this.#toplevelIndex = this.#actionIndex;
    const subflow = newSubflow(name, isGlobal, place);
    this.#subflows.push(subflow);
    this.#stack.push(this.#subflowFrame(subflow, true));
    this.#actionIndex = 0;
    this.#row.depth = 0;
  }

  endSubflow(place: Place): void {
    this.#closeFramesAbove(this.#stack.length > 1 ? 1 : 0);
    this.#row.depth = 0;
    if (this.top.kind === 'subflow' && this.top.isOpenedByRow) {
      this.#stack.pop();
      this.#actionIndex = this.#toplevelIndex;
    } else this.report.repair(place, 'unmatched-end', 'This END FUNCTION closes nothing; remove it.');
  }

  addDecorator(decorator: Decorator): void {
    this.#decorators.push(decorator);
    this.#row.depth = this.top.innerDepth;
  }

  addParameter(direction: 'input' | 'output', parameter: FlowParameter): void {
    const frame = this.#stack.find((one) => one.kind === 'subflow' && one.isOpenedByRow && !one.subflow.isGlobal);
    const local = frame?.kind === 'subflow' ? frame.subflow : undefined;
    if (direction === 'input') (local?.inputs ?? this.#inputs).push(parameter);
    else (local?.outputs ?? this.#outputs).push(parameter);
  }

  addSensitive(names: readonly string[]): void {
    this.#sensitive.push(...names);
  }

  addImport(imported: FlowImport): void {
    this.#imports.push(imported);
    this.#decorators = [];
  }

  addTrailer(token: Token): void {
    this.#trailer = parseTrailer(token, this.report);
    this.#row.isVerbatim = true;
  }

  #readRow(tokens: readonly Token[], readRow: ReadRow): void {
    this.#row = { tokens, depth: this.top.innerDepth, isVerbatim: false };
    this.#rows.push(this.#row);
    try {
      readRow(this, tokens);
    } catch (failure) {
      if (!(failure instanceof RowFailure)) throw failure;
      this.report.error(failure.place, failure.code, failure.message);
      this.#row.isVerbatim = true;
    }
  }

  #complete(bare: BareStatement, place: Place): Statement {
    if (this.#handlersOpen === 0) this.#actionIndex += 1;
    const decorators = this.#decorators;
    if (bare.kind !== 'comment') this.#decorators = [];
    const { line, column } = place;
    const base = {
      line,
      column,
      actionIndex: this.#actionIndex,
      decorators: bare.kind === 'comment' ? [] : decorators,
    };
    return { ...bare, ...base } as Statement;
  }

  #pop(): void {
    if (this.#stack.pop()?.kind === 'handlers') this.#handlersOpen -= 1;
  }

  #subflowFrame(subflow: Subflow, isOpenedByRow: boolean): Frame {
    const innerDepth = isOpenedByRow ? 1 : 0;
    return { kind: 'subflow', subflow, isOpenedByRow, place: subflow, depth: 0, innerDepth, body: subflow.body };
  }

  /** Closes every construct above the subflow frame; `keep` is the index of the lowest frame that stays. */
  #closeFramesAbove(keep: number): void {
    while (this.#stack.length > keep + 1) {
      const frame = this.top;
      if (frame.kind === 'subflow' && keep === 0 && this.#stack.length === 2) return;
      this.report.error(frame.place, 'missing-end', `END is missing: this ${describeFrame(frame)} is not closed.`);
      this.#pop();
    }
  }

  #finish(): Flow {
    const frame = this.top;
    if (frame.kind === 'subflow' && frame.isOpenedByRow) {
      const message = `END FUNCTION is missing: ${describeFrame(frame)} is not closed.`;
      this.report.error(frame.place, 'missing-end-function', message);
    }
    const header: FlowHeader = {
      inputs: this.#inputs,
      outputs: this.#outputs,
      sensitive: this.#sensitive,
      imports: this.#imports,
    };
    const main = this.#mainOf();
    const subflows = [main, ...this.#subflows.filter((one) => one !== main)];
    const common = { tokens: this.#tokens, rows: this.#rows, header, main, subflows, trailer: this.#trailer };
    return { container: this.#containerOf(header, main), ...common };
  }

  /** Statements outside functions are Main; a text of functions begins with its `Main`, or else its first one. */
  #mainOf(): Subflow {
    if (this.#toplevel.body.some((one) => one.kind !== 'comment')) return this.#toplevel;
    const named = this.#subflows.find((one) => one.name.toLowerCase() === 'main');
    return named ?? this.#subflows[0] ?? this.#toplevel;
  }

  #containerOf(header: FlowHeader, main: Subflow): Flow['container'] {
    const hasHeader =
      header.imports.length + header.inputs.length + header.outputs.length + header.sensitive.length > 0;
    if (hasHeader || (main === this.#toplevel && this.#subflows.length > 0)) return 'definition';
    return main === this.#toplevel ? 'actions' : 'subflows';
  }
}

export type ReadRow = (flow: FlowBuilder, tokens: readonly Token[]) => void;

export interface FramePlace {
  readonly place: Place;
  readonly depth: number;
  readonly innerDepth: number;
}

const newSubflow = (name: string, isGlobal: boolean, { line, column }: Place): Subflow => ({
  name,
  isGlobal,
  inputs: [],
  outputs: [],
  body: [],
  line,
  column,
});
