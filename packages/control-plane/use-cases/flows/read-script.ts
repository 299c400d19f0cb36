import { actionModules, knownActions } from '@deskhand/actions';
import type { Diagnostic, FlowParameter } from '@deskhand/protocol/http/flows.ts';
import { checkFlow, type Flow, type Mode, parameterFacts, parseFlow, printFlow } from '@deskhand/robin';
import type { ReadScript } from '../../ports/flows.ts';
import { done, type Outcome, refuse } from '../../ports/outcome.ts';

export interface CheckedScript {
  readonly diagnostics: Diagnostic[];
  readonly inputs: FlowParameter[];
  readonly outputs: FlowParameter[];
}

/** What the editor shows while a person types: never refused, whatever the text is. */
export function checkScript(script: string, mode: Mode): CheckedScript {
  const { flow, diagnostics } = parseFlow(script, { mode });
  const checked = checkFlow(flow, { modules: actionModules, knownActions, mode });
  return { diagnostics: [...diagnostics, ...checked].sort(byPlace), ...parametersOf(flow) };
}

/** What is kept beside a saved version, so that a list of flows reads no scripts. */
export function readScript(script: string): ReadScript {
  const { diagnostics, inputs, outputs } = checkScript(script, 'lenient');
  return { script, inputs, outputs, problems: diagnostics.filter(({ severity }) => severity === 'error').length };
}

export function formatScript(script: string): Outcome<{ script: string }> {
  const { flow, diagnostics } = parseFlow(script);
  const error = diagnostics.find(({ severity }) => severity === 'error');
  if (error) return refuse('flow-not-parsable', { detail: `line ${error.line}: ${error.message}` });
  return done({ script: printFlow(flow) });
}

const byPlace = (a: Diagnostic, b: Diagnostic): number => a.line - b.line || a.column - b.column;

function parametersOf(flow: Flow): { inputs: FlowParameter[]; outputs: FlowParameter[] } {
  const sensitive = new Set(flow.header.sensitive.map((name) => name.toLowerCase()));
  const read = (parameter: Flow['header']['inputs'][number]): FlowParameter => {
    const facts = parameterFacts(parameter);
    return {
      name: facts.name,
      friendlyName: facts.friendlyName,
      description: facts.description,
      type: facts.type,
      sensitive: facts.isSensitive || sensitive.has(facts.name.toLowerCase()),
      optional: facts.isOptional || facts.defaultValue !== undefined,
      default: typeof facts.defaultValue === 'object' ? null : (facts.defaultValue ?? null),
    };
  };
  return { inputs: flow.header.inputs.map(read), outputs: flow.header.outputs.map(read) };
}
