import type { Statement } from '../syntax/nodes.ts';
import type { ActionIndex } from './action-index.ts';
import type { CodeWriter } from './code-writer.ts';
import type { Frame } from './frame.ts';
import type { Scope } from './scope.ts';

/** Everything a statement's compilation needs. */
export interface Compiling {
  readonly writer: CodeWriter;
  readonly scope: Scope;
  readonly actions: ActionIndex;
  readonly subflows: ReadonlyMap<string, SubflowLink>;
  /** Compiles the statements inside a construct. */
  readonly compileBody: (to: Compiling, body: readonly Statement[]) => void;
}
/** A subflow that can be called; its code is there when the flow begins to run. */
export interface SubflowLink {
  readonly isGlobal: boolean;
  readonly enter: (caller: Frame, finish: Frame['finish']) => Frame;
  readonly slotOf: (name: string) => number;
}
