import { type ActionDefinition, blank, listOf, objectOf, type RobinValue, toPlainJson } from '@deskhand/robin';
import { object, output, text } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readObject, readText } from '../declare/read-argument.ts';
import { variableErrors } from './errors.ts';

export const JSON_DEPTH_MAX = 100;

export const jsonActions: readonly ActionDefinition[] = [
  {
    id: 'Variables.ConvertJsonToCustomObject',
    title: 'Convert JSON to custom object',
    summary: 'A custom object, list or plain value from JSON. Dates stay texts, null becomes blank.',
    linux: 'core',
    errors: [variableErrors.ErrorParsingJSONError],
    selectors: {
      '': {
        arguments: { Json: text() },
        outputs: { CustomObject: output('any', 'JsonAsCustomObject') },
        run: (call) => ({ outputs: { CustomObject: parsed(readText(call, 'Json')) } }),
      },
    },
  },
  {
    id: 'Variables.ConvertCustomObjectToJson',
    title: 'Convert custom object to JSON',
    summary: 'JSON without blanks. Ours: a table becomes a list of objects.',
    linux: 'core',
    errors: [variableErrors.ErrorParsingCustomObjectError],
    selectors: {
      '': {
        arguments: { CustomObject: object() },
        outputs: { Json: output('text', 'CustomObjectAsJson') },
        run: (call) => ({
          outputs: { Json: JSON.stringify(toPlainJson(readObject(call, 'CustomObject'), call.context)) },
        }),
      },
    },
  },
];

function parsed(json: string): RobinValue {
  let data: unknown;
  try {
    data = JSON.parse(json.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw failure(variableErrors.ErrorParsingJSONError, 'The text is not JSON.', cause);
  }
  return valueOf(data, 0);
}

function valueOf(data: unknown, depth: number): RobinValue {
  if (typeof data === 'string' || typeof data === 'number' || typeof data === 'boolean') return data;
  if (typeof data !== 'object' || data === null) return blank;
  if (depth >= JSON_DEPTH_MAX) {
    throw failure(variableErrors.ErrorParsingJSONError, `The JSON is nested deeper than ${JSON_DEPTH_MAX} levels.`);
  }
  if (Array.isArray(data)) return listOf(data.map((item) => valueOf(item, depth + 1)));
  return objectOf(Object.entries(data).map(([key, item]) => [key, valueOf(item, depth + 1)] as const));
}
