import { readFileSync } from 'node:fs';
import type { FlowParameter } from '@deskhand/protocol/http/flows.ts';
import { didYouMean } from '../../terminal/suggest.ts';
import { usageFailure } from '../../terminal/errors.ts';

/** Splits `NAME=VALUE` words; `NAME=@file` and `NAME=@-` read the value, which keeps it out of the list of processes. */
export function parseInputs(written: readonly string[]): ReadonlyMap<string, string> {
  const inputs = new Map<string, string>();
  for (const word of written) {
    const at = word.indexOf('=');
    if (at < 1) throw usageFailure(`The input "${word}" is not written NAME=VALUE.`, '--input Customer=Contoso');
    inputs.set(word.slice(0, at), valueOf(word.slice(at + 1)));
  }
  return inputs;
}

function valueOf(written: string): string {
  if (!written.startsWith('@')) return written;
  return readFileSync(written === '@-' ? 0 : written.slice(1), 'utf8').replace(/\r?\n$/, '');
}

/** The declared input that a word names; inputs are found whatever their case, as in Robin. */
export function declaredInput<T extends Pick<FlowParameter, 'name'>>(name: string, declared: readonly T[]): T {
  const found = declared.find((input) => input.name.toLowerCase() === name.toLowerCase());
  if (found) return found;
  const names = declared.map((input) => input.name);
  const meant = didYouMean(name, names);
  throw usageFailure(
    `The flow has no input "${name}".${meant ? ` Did you mean "${meant}"?` : ''}`,
    names.length > 0 ? `one of ${names.join(', ')}` : 'leave --input out, the flow has no inputs',
  );
}

/** Text stays text; other types are read as JSON, because a command line has only text. */
export function inputValue(written: string, type: string): unknown {
  if (/text|string|datetime/i.test(type)) return written;
  try {
    return JSON.parse(written) as unknown;
  } catch {
    return written;
  }
}
