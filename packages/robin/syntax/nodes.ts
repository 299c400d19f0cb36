import type { Place } from './diagnostic.ts';
import type { Token } from './token.ts';

/** A whole text: its tokens give the text back, its rows the order of lines, its subflows the meaning. */
export interface Flow {
  readonly container: 'actions' | 'subflows' | 'definition';
  readonly tokens: readonly Token[];
  /** Every line that says something, in order, with its depth for the canonical printer. */
  readonly rows: readonly Row[];
  readonly header: FlowHeader;
  /** Where a run begins. */
  readonly main: Subflow;
  /** All subflows, `main` first. */
  readonly subflows: readonly Subflow[];
  readonly trailer: Trailer | undefined;
}

/** One line: its tokens without the newline, and how deep it stands. */
export interface Row {
  readonly tokens: readonly Token[];
  depth: number;
  /** Rows the reader could not understand are printed as they were. */
  isVerbatim: boolean;
}

export interface FlowHeader {
  readonly inputs: readonly FlowParameter[];
  readonly outputs: readonly FlowParameter[];
  readonly sensitive: readonly string[];
  readonly imports: readonly FlowImport[];
}
export interface FlowParameter extends Place {
  readonly name: string;
  /** The record behind the name, keys as written; unknown keys are kept. */
  readonly properties: Expression | undefined;
}
export interface FlowImport extends Place {
  readonly path: string;
  readonly name: string;
}
export interface Decorator extends Place {
  readonly key: string;
  readonly value: string;
}

export interface Subflow extends Place {
  readonly name: string;
  /** `FUNCTION X GLOBAL` shares the flow's variables; without it a function has its own. */
  readonly isGlobal: boolean;
  readonly inputs: FlowParameter[];
  readonly outputs: FlowParameter[];
  readonly body: Statement[];
}

/** What a clipboard copy carries behind the actions (robin.md §1.2), undecoded beyond its outer JSON. */
export interface Trailer extends Place {
  readonly json: unknown;
}

export interface StatementBase extends Place {
  readonly decorators: readonly Decorator[];
  /** 1-based number inside the subflow, as the designer counts rows. */
  readonly actionIndex: number;
}

export type Statement = StatementBase &
  (
    | { readonly kind: 'set'; readonly target: Target; readonly value: Expression }
    | { readonly kind: 'if'; readonly branches: Branch[]; otherwise: Statement[] | undefined }
    | {
        readonly kind: 'switch';
        readonly subject: Expression;
        readonly cases: Case[];
        otherwise: Statement[] | undefined;
      }
    | { readonly kind: 'foreach'; readonly name: string; readonly source: Expression; readonly body: Statement[] }
    | ForStatement
    | { readonly kind: 'while'; readonly condition: Condition; readonly body: Statement[] }
    | { readonly kind: 'exit-loop' | 'next-loop' }
    | { readonly kind: 'exit-function' }
    | { readonly kind: 'throw' }
    | { readonly kind: 'exit'; readonly code: Expression | undefined; readonly message: Expression | undefined }
    | { readonly kind: 'wait'; readonly seconds: Expression }
    | WaitUntilStatement
    | { readonly kind: 'label' | 'goto'; readonly name: string }
    | { readonly kind: 'call'; readonly name: string; readonly inputs: Argument[]; readonly outputs: Output[] }
    | BlockStatement
    | ActionStatement
    | { readonly kind: 'last-error'; readonly name: string; readonly reset: Expression | undefined }
    | { readonly kind: 'comment' | 'region' | 'end-region'; readonly text: string }
    | { readonly kind: 'disabled'; readonly handlers: Handler[] }
    | { readonly kind: 'invalid' }
  );

export type StatementOf<K extends Statement['kind']> = Extract<Statement, { readonly kind: K }>;

export interface ForStatement {
  readonly kind: 'for';
  readonly name: string;
  readonly from: Expression;
  readonly to: Expression;
  readonly step: Expression | undefined;
  readonly body: Statement[];
}
export interface WaitUntilStatement {
  readonly kind: 'wait-until';
  readonly condition: Condition;
  readonly timeout: Expression | undefined;
  readonly handlers: Handler[];
}
export interface BlockStatement {
  readonly kind: 'block';
  readonly name: string | undefined;
  readonly handlers: Handler[];
  readonly body: Statement[];
}
export interface ActionStatement {
  readonly kind: 'action';
  readonly call: ActionCallNode;
  readonly handlers: Handler[];
}

export interface Branch extends Place {
  readonly condition: Condition;
  readonly body: Statement[];
}
export interface Case extends Place {
  readonly operator: Comparison;
  readonly value: Expression;
  readonly body: Statement[];
}
/** One `ON ERROR` or `ON BLOCK ERROR` part. */
export interface Handler extends Place {
  readonly isBlock: boolean;
  /** The error code it is for; undefined catches every error. */
  readonly code: string | undefined;
  readonly isUserCode: boolean;
  /** `ON BLOCK ERROR all`: also errors of the flow's own logic. */
  readonly catchesLogic: boolean;
  readonly repeat: { readonly times: Expression; readonly waitSeconds: Expression | undefined } | undefined;
  readonly body: Statement[];
}

export type Condition = Expression | ActionCondition;
export interface ActionCondition extends Place {
  readonly kind: 'action-condition';
  readonly call: ActionCallNode;
  /** `ON ERROR` directly under the IF or LOOP WHILE that tests the action. */
  readonly handlers: Handler[];
}

export interface ActionCallNode extends Place {
  /** As written: `File.ReadTextFromFile.ReadText`. */
  readonly id: string;
  readonly arguments: readonly Argument[];
  readonly outputs: readonly Output[];
}
export interface Argument extends Place {
  readonly name: string;
  /** Written with `@`. */
  readonly isDynamic: boolean;
  readonly value: Expression;
}
export interface Output extends Place {
  readonly name: string;
  readonly isDynamic: boolean;
  readonly variable: Target;
}

/** A place that can be written: a variable, or a key inside one. */
export interface Target extends Place {
  readonly name: string;
  /** `GLOBAL.name`: the flow's variable, from inside a local function. */
  readonly isGlobal: boolean;
  readonly keys: readonly Expression[];
}

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type BinaryOperator = Comparison | '+' | '-' | '*' | '/' | 'mod' | 'and' | 'or';

export type Expression = Place & { readonly depth: number } & (
    | { readonly kind: 'text'; readonly value: string }
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: 'boolean'; readonly value: boolean }
    | { readonly kind: 'datetime'; readonly text: string }
    | { readonly kind: 'interpolated'; readonly parts: readonly (string | Expression)[] }
    | { readonly kind: 'power-fx'; readonly source: string }
    | { readonly kind: 'encrypted' }
    | { readonly kind: 'variable'; readonly name: string; readonly isGlobal: boolean }
    | { readonly kind: 'property'; readonly of: Expression; readonly name: string }
    | { readonly kind: 'index'; readonly of: Expression; readonly key: Expression }
    | SliceExpression
    | { readonly kind: 'list'; readonly items: readonly Expression[] }
    | { readonly kind: 'object'; readonly entries: readonly ObjectEntry[] }
    | {
        readonly kind: 'table';
        readonly header: readonly Expression[] | undefined;
        readonly rows: readonly Expression[];
      }
    | { readonly kind: 'negate' | 'not'; readonly operand: Expression }
    | BinaryExpression
    | { readonly kind: 'function'; readonly name: string; readonly operands: readonly Expression[] }
    | { readonly kind: 'invalid' }
  );
export interface SliceExpression {
  readonly kind: 'slice';
  readonly of: Expression;
  readonly from: Expression | undefined;
  readonly to: Expression | undefined;
}
export interface BinaryExpression {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface ObjectEntry {
  readonly key: Expression;
  readonly value: Expression;
}
export type ExpressionOf<K extends Expression['kind']> = Extract<Expression, { readonly kind: K }>;
