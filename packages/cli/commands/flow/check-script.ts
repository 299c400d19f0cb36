import { actionModules, knownActions } from '@deskhand/actions';
import { checkFlow, declareInputs, type Diagnostic, type Flow, type Mode, parseFlow } from '@deskhand/robin';

export interface CheckedScript {
  readonly flow: Flow;
  readonly diagnostics: readonly Diagnostic[];
}

export interface CheckedFor {
  readonly mode: Mode;
  /** Inputs that a copy from the designer does not declare itself. */
  readonly inputs?: readonly string[];
  readonly pathMapping?: Readonly<Record<string, string>>;
}

/** Everything that is known about a flow before it runs. */
export function checkScript(script: string, { mode, inputs = [], pathMapping = {} }: CheckedFor): CheckedScript {
  const { flow: parsed, diagnostics } = parseFlow(script, { mode });
  const flow = declareInputs(parsed, inputs);
  const checked = checkFlow(flow, { modules: actionModules, knownActions, mode, pathMapping });
  return { flow, diagnostics: [...diagnostics, ...checked].sort((a, b) => a.line - b.line || a.column - b.column) };
}

export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some(({ severity }) => severity === 'error');
