import type { Expression, Flow, FlowParameter } from '../syntax/nodes.ts';
import { toList } from './coerce.ts';
import { datatableOf, listOf, objectOf } from './constructors.ts';
import { toText } from './print-value.ts';
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
  const constant = (name: string): RobinValue | undefined => {
    const value = record.get(name);
    return value && literalValue(value);
  };
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

/**
 * A copy from the designer does not carry the flow's inputs, so whoever runs it names them; they are texts. A definition
 * says itself what it takes.
 */
export function declareInputs(flow: Flow, names: readonly string[]): Flow {
  if (flow.container === 'definition' || names.length === 0) return flow;
  const place = { line: 1, column: 1 };
  const text = (value: string): Expression => ({ kind: 'text', value, depth: 1, ...place });
  const properties: Expression = {
    kind: 'object',
    entries: [{ key: text('Type'), value: text('Text') }],
    depth: 2,
    ...place,
  };
  const inputs = names.map((name): FlowParameter => ({ name, properties, ...place }));
  return { ...flow, header: { ...flow.header, inputs } };
}

const keyText = (key: Expression): string =>
  key.kind === 'text' ? key.value : key.kind === 'variable' ? key.name : '';

/** Values of the header are literals; anything else counts as not given. */
function literalValue(expression: Expression): RobinValue | undefined {
  switch (expression.kind) {
    case 'text':
    case 'number':
    case 'boolean':
      return expression.value;
    case 'list': {
      const items = literalValues(expression.items);
      return items && listOf(items);
    }
    case 'object': {
      const values = literalValues(expression.entries.map(({ value }) => value));
      return (
        values && objectOf(expression.entries.map(({ key }, index) => [keyText(key), values[index] ?? ''] as const))
      );
    }
    case 'table': {
      const header = expression.header && literalValues(expression.header);
      const rows = literalValues(expression.rows);
      return (
        rows &&
        datatableOf(
          header?.map((name) => toText(name)),
          rows.map((row) => toList(row).items),
        )
      );
    }
    default:
      return undefined;
  }
}

function literalValues(expressions: readonly Expression[]): RobinValue[] | undefined {
  const values = expressions.map(literalValue).filter((value) => value !== undefined);
  return values.length === expressions.length ? values : undefined;
}

/** What an input holds when nobody gave it a value. */
export function initialValue(facts: ParameterFacts): RobinValue {
  if (facts.defaultValue !== undefined) return facts.defaultValue;
  switch (facts.type.toLowerCase()) {
    case 'numeric':
    case 'number':
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
