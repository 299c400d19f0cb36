import type { Place } from './diagnostic.ts';
import type { BlockStatement, Condition, Handler, Statement, StatementOf, Subflow } from './nodes.ts';

/** An open construct: where its statements go, and where its rows stand. */
export type Frame = FrameBase &
  (
    | { readonly kind: 'subflow'; readonly subflow: Subflow; readonly isOpenedByRow: boolean }
    | { readonly kind: 'if'; readonly statement: Writable<StatementOf<'if'>> }
    | { readonly kind: 'switch'; readonly statement: Writable<StatementOf<'switch'>> }
    | { readonly kind: 'loop'; readonly condition: Condition | undefined }
    | { readonly kind: 'block'; readonly statement: BlockStatement }
    | { readonly kind: 'handlers'; readonly isBlock: boolean; readonly handlers: Handler[] }
  );

type Writable<S> = { -readonly [K in keyof S]: S[K] };

interface FrameBase {
  readonly place: Place;
  /** Depth of the row that opened it, for the printer. */
  readonly depth: number;
  /** Depth of the rows inside it. */
  innerDepth: number;
  /** Where the next statement goes. */
  body: Statement[];
  /** The last statement of the body that is no comment; handlers belong to it. */
  previous?: Statement | undefined;
}

export const describeFrame = (frame: Frame): string => {
  switch (frame.kind) {
    case 'subflow':
      return `subflow '${frame.subflow.name}'`;
    case 'if':
      return 'IF';
    case 'switch':
      return 'SWITCH';
    case 'loop':
      return 'LOOP';
    case 'block':
      return frame.statement.name === undefined ? 'BLOCK' : `BLOCK '${frame.statement.name}'`;
    case 'handlers':
      return frame.isBlock ? 'ON BLOCK ERROR' : 'ON ERROR';
  }
};

/** Handlers of the action that the construct itself tests: `ON ERROR` directly under `IF (File.IfFile.Exists …) THEN`. */
export function conditionHandlers(frame: Frame): Handler[] | undefined {
  if (frame.previous !== undefined) return undefined;
  const isIf = frame.kind === 'if' && frame.statement.otherwise === undefined;
  const condition = isIf
    ? frame.statement.branches.at(-1)?.condition
    : frame.kind === 'loop'
      ? frame.condition
      : undefined;
  return condition?.kind === 'action-condition' ? condition.handlers : undefined;
}
