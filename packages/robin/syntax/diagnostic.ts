import { DIAGNOSTICS_MAX } from './limits.ts';

export type Severity = 'error' | 'warning' | 'info';

export interface Diagnostic {
  readonly severity: Severity;
  /** Stable, kebab-case; listed in docs/robin.md. */
  readonly code: string;
  readonly message: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
}

/** `strict` is what the designer accepts; `lenient` is what people have, reported as warnings and repaired. */
export type Mode = 'strict' | 'lenient';

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Reporter {
  readonly mode: Mode;
  readonly diagnostics: readonly Diagnostic[];
  readonly error: (place: Place, code: string, message: string) => void;
  readonly warning: (place: Place, code: string, message: string) => void;
  readonly info: (place: Place, code: string, message: string) => void;
  /** Something the designer refuses and we can mend: an error in strict mode, a warning in lenient mode. */
  readonly repair: (place: Place, code: string, message: string) => void;
}

export function createReporter(mode: Mode): Reporter {
  const diagnostics: Diagnostic[] = [];
  const add = (severity: Severity, { line, column }: Place, code: string, message: string): void => {
    if (diagnostics.length < DIAGNOSTICS_MAX) diagnostics.push({ severity, code, message, line, column });
    else if (diagnostics.length === DIAGNOSTICS_MAX) {
      const told = `More than ${DIAGNOSTICS_MAX} findings; the rest is not listed.`;
      diagnostics.push({ severity: 'error', code: 'too-many-findings', message: told, line, column });
    }
  };
  return {
    mode,
    diagnostics,
    error: (place, code, message) => add('error', place, code, message),
    warning: (place, code, message) => add('warning', place, code, message),
    info: (place, code, message) => add('info', place, code, message),
    repair: (place, code, message) => add(mode === 'strict' ? 'error' : 'warning', place, code, message),
  };
}
