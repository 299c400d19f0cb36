import { actionModules, knownActions } from '@deskhand/actions';
import { checkFlow, type Diagnostic, type Flow, type Mode, parseFlow } from '@deskhand/robin';

export interface CheckedScript {
  readonly flow: Flow;
  readonly diagnostics: readonly Diagnostic[];
}

/** Everything that is known about a flow before it runs. */
export function checkScript(script: string, mode: Mode): CheckedScript {
  const { flow, diagnostics } = parseFlow(script, { mode });
  const checked = checkFlow(flow, { modules: actionModules, knownActions, mode });
  return { flow, diagnostics: [...diagnostics, ...checked].sort((a, b) => a.line - b.line || a.column - b.column) };
}

export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some(({ severity }) => severity === 'error');
