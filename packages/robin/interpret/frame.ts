import type { ActionContext } from './action.ts';
import type { RaisedError } from './failure.ts';
import type { FlowLocation } from './flow-events.ts';
import type { Masker } from './masker.ts';
import type { PrintOptions } from './print-value.ts';
import type { RobinValue } from './values.ts';

export type Variables = (RobinValue | undefined)[];

/** One activation of a subflow. */
export interface Frame {
  readonly code: Code;
  /** The subflow's variables: the flow's own for a GLOBAL one, a fresh set for a local one. */
  readonly vars: Variables;
  readonly globals: Variables;
  /** States of loops and handlers, by the slot the compiler gave them. */
  readonly slots: unknown[];
  readonly machine: LinkedContext;
  readonly caller: Frame | undefined;
  /** Runs in the caller when this frame returns. */
  readonly finish: ((caller: Frame, callee: Frame) => void) | undefined;
  /** The step that runs now, or that the frame waits in. */
  pc: number;
  /** Where the caller goes on when a call returns. */
  returnTo: number;
}

/** The state of one run that steps can reach. */
export interface LinkedContext {
  readonly context: ActionContext;
  /** The context that actions get: its log is masked. */
  readonly actionContext: ActionContext;
  readonly print: PrintOptions;
  readonly masker: Masker;
  readonly clockMs: () => number;
  readonly wait: (durationMs: number) => Promise<void>;
  readonly stop: (code: number, message: string, meta: StepMeta) => void;
  frame: Frame;
  callDepth: number;
  lastError: RaisedError | undefined;
}

export type Eval = (frame: Frame) => RobinValue;
/** Answers the next step's number, or one of the signals below. */
export type Step = (frame: Frame) => number | Promise<number>;

export const RETURN = -1;
/** A frame was pushed; the machine goes on in it. */
export const ENTER = -2;
/** The flow is over. */
export const STOP = -3;

/** What a step is called in events and errors. */
export interface StepMeta {
  readonly location: FlowLocation;
  readonly name: string;
  /** Whether it has a line in the action log; jumps and loop ends have none. */
  readonly isLogged: boolean;
}

/** A subflow as numbered steps, with tables of what encloses each. */
export interface Code {
  readonly name: string;
  readonly steps: Step[];
  readonly metas: StepMeta[];
  /** The innermost block around each step, or -1. */
  readonly scopes: number[];
  readonly plans: (ErrorPlan | undefined)[];
  readonly blocks: BlockScope[];
  /** How many variables a local activation has; 0 for GLOBAL subflows. */
  localCount: number;
  slotCount: number;
}

export interface BlockScope {
  readonly parent: number;
  readonly clauses: Clause[];
}

/** What follows when an action fails: repeat it, then the first clause that fits. */
export interface ErrorPlan {
  readonly repeat: { readonly times: Eval; readonly waitSeconds: Eval | undefined; readonly slot: number } | undefined;
  readonly clauses: Clause[];
}

export interface Clause {
  readonly code: string | undefined;
  readonly isUserCode: boolean;
  readonly catchesLogic: boolean;
  /** Where the caught error is kept for THROW ERROR. */
  readonly slot: number;
  target: number;
}

export const catches = (clause: Clause, error: RaisedError): boolean => {
  if (error.isLogic && !clause.catchesLogic) return false;
  if (clause.code === undefined) return true;
  return clause.isUserCode === error.isUser && clause.code.toLowerCase() === error.code.toLowerCase();
};
