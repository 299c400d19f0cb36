import type { FlowParameter } from '@deskhand/protocol/http/flows.ts';
import { isSealed } from '../ui/format.ts';

/** What a person types into an inputs form, before it becomes the values of a run. */
export type Typed = Readonly<Record<string, string | boolean>>;

export type InputKind = 'text' | 'number' | 'boolean' | 'datetime' | 'json';

const kinds: Readonly<Record<string, InputKind>> = {
  text: 'text',
  string: 'text',
  number: 'number',
  numeric: 'number',
  boolean: 'boolean',
  datetime: 'datetime',
};

/** Lists, tables and custom objects are typed as JSON. */
export const kindOf = (parameter: FlowParameter): InputKind => kinds[parameter.type.toLowerCase()] ?? 'json';

export function typedFrom(parameters: readonly FlowParameter[], values: Readonly<Record<string, unknown>>): Typed {
  return Object.fromEntries(
    parameters.map((parameter) => [parameter.name, typedValue(parameter, values[parameter.name] ?? parameter.default)]),
  );
}

/** Inputs whose value can be kept and not be read: an earlier run had them sealed. */
export function secretsOf(values: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  return new Set(Object.keys(values).filter((name) => isSealed(values[name])));
}

function typedValue(parameter: FlowParameter, value: unknown): string | boolean {
  if (parameter.sensitive || isSealed(value)) return '';
  const kind = kindOf(parameter);
  if (kind === 'boolean') return value === true || value === 'True' || value === 'true';
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export type ReadInput =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly because: string };

/** Reads one field; undefined is left out so that the flow's own default holds. */
export function readInput(parameter: FlowParameter, typed: string | boolean | undefined): ReadInput {
  if (typeof typed === 'boolean') return { ok: true, value: typed };
  const text = typed ?? '';
  if (text === '') {
    const needed = !parameter.optional && (parameter.default === undefined || parameter.default === null);
    if (needed) return { ok: false, because: `Enter a value for ${labelOf(parameter)}.` };
    return { ok: true, value: parameter.sensitive || parameter.optional ? undefined : '' };
  }
  return readText(parameter, text);
}

function readText(parameter: FlowParameter, text: string): ReadInput {
  switch (kindOf(parameter)) {
    case 'number': {
      const number = Number(text.replace(',', '.'));
      return Number.isFinite(number)
        ? { ok: true, value: number }
        : { ok: false, because: 'Enter a number, such as 12.5.' };
    }
    case 'json':
      try {
        return { ok: true, value: JSON.parse(text) };
      } catch {
        return { ok: false, because: `Enter ${parameter.type} as JSON, for example [1, 2] or {"name": "value"}.` };
      }
    case 'boolean':
    case 'datetime':
    case 'text':
      return { ok: true, value: text };
  }
}

export const labelOf = (parameter: FlowParameter): string => parameter.friendlyName || parameter.name;
