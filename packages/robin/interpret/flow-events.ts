import type { LogLevel } from './action.ts';

/** What happens to each statement while a flow runs; the runner turns it into the action log. */
export interface FlowObserver {
  /** Called after each statement that has a log line; kept cheap, because it is called a million times a second. */
  readonly onStatement?: (event: StatementEvent) => void;
  /** What actions log, with sensitive texts hidden. */
  readonly onLog?: (level: LogLevel, message: string, location: FlowLocation) => void;
}
/** The same object for each visit of a statement, so that a receiver may compare it by identity. */
export interface FlowLocation {
  readonly subflow: string;
  /** 1-based line in the flow's text. */
  readonly line: number;
  /** 1-based number of the statement inside its subflow, as the designer counts rows. */
  readonly actionIndex: number;
}
export interface StatementEvent {
  readonly location: FlowLocation;
  /** `SET`, `IF`, … or the action's id with its selector. */
  readonly name: string;
  /** Milliseconds since the flow began. */
  readonly startedMs: number;
  readonly durationMs: number;
  readonly status: 'succeeded' | 'failed' | 'handled';
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

export interface FlowFailure {
  readonly code: string;
  readonly message: string;
  readonly details: string;
  readonly location: FlowLocation;
  readonly actionName: string;
}
