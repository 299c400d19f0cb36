/** The machine below the gateway, as far as it is not a session. */
export interface BootClock {
  /** Milliseconds since the machine started, time asleep included: a run's limit goes on while a laptop sleeps. */
  readonly nowMs: () => number;
  /** Names this start of the machine; readings of another one mean nothing. */
  readonly bootId: string;
}

export interface Processes {
  /** Identifies a process together with its id; undefined when there is none. A zombie counts as gone. */
  readonly startTime: (pid: number) => string | undefined;
  /** Ends exactly this process, gently and then for certain; resolves when it is gone. */
  readonly end: (process: { readonly pid: number; readonly startTime: string }, graceMs: number) => Promise<void>;
}

/** Programs that the session's user can read and run, wherever Deskhand itself is installed. */
export interface RunnerKit {
  readonly node: string;
  readonly runner: string;
}

/** Lines for the people who run the machine; never a secret. */
export interface GatewayLog {
  readonly info: (facts: Readonly<Record<string, unknown>>, message: string) => void;
  readonly warn: (facts: Readonly<Record<string, unknown>>, message: string) => void;
  readonly error: (facts: Readonly<Record<string, unknown>>, message: string) => void;
}
