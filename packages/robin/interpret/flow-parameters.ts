import type { Expression, FlowParameter } from '../syntax/nodes.ts';
import { compileExpression } from './compile-expression.ts';
import { datatableOf, listOf, objectOf } from './constructors.ts';
import type { Frame } from './frame.ts';
import { SlotTable } from './scope.ts';
import type { RobinValue } from './values.ts';

/** What the header says about one input or output, with the types as the designer names them. */
export interface ParameterFacts {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  readonly friendlyName: string;
  readonly isOptional: boolean;
  readonly isSensitive: boolean;
  readonly defaultValue: RobinValue | undefined;
}

export function parameterFacts(parameter: FlowParameter): ParameterFacts {
  const record = new Map<string, Expression>();
  if (parameter.properties?.kind === 'object') {
    for (const { key, value } of parameter.properties.entries) record.set(keyText(key).toLowerCase(), value);
  }
  const constant = (name: string): RobinValue | undefined => constantOf(record.get(name));
  const text = (name: string): string => String(constant(name) ?? '');
  return {
    name: parameter.name,
    type: text('type'),
    description: text('description'),
    friendlyName: text('friendlyname') || parameter.name,
    isOptional: constant('isoptional') === true,
    isSensitive: constant('issensitive') === true,
    defaultValue: constant('defaultvalue'),
  };
}

const keyText = (key: Expression): string =>
  key.kind === 'text' ? key.value : key.kind === 'variable' ? key.name : '';

/** Values of the header are literals; anything else counts as not given. */
function constantOf(expression: Expression | undefined): RobinValue | undefined {
  if (expression === undefined || !isLiteral(expression)) return undefined;
  const scope = { globals: new SlotTable(), locals: undefined, isSensitive: () => false };
  const frame = { globals: [], vars: [], machine: { print: {} } } as unknown as Frame;
  return compileExpression(expression, scope)(frame);
}

function isLiteral(expression: Expression): boolean {
  switch (expression.kind) {
    case 'text':
    case 'number':
    case 'boolean':
      return true;
    case 'list':
      return expression.items.every(isLiteral);
    case 'object':
      return expression.entries.every(({ value }) => isLiteral(value));
    case 'table':
      return [...(expression.header ?? []), ...expression.rows].every(isLiteral);
    default:
      return false;
  }
}

/** What an input holds when nobody gave it a value. */
export function initialValue(facts: ParameterFacts): RobinValue {
  if (facts.defaultValue !== undefined) return facts.defaultValue;
  switch (facts.type.toLowerCase()) {
    case 'numeric':
      return 0;
    case 'bool':
    case 'boolean':
      return false;
    case 'list':
      return listOf();
    case 'customobject':
      return objectOf();
    case 'datatable':
      return datatableOf(undefined);
    default:
      return '';
  }
}
