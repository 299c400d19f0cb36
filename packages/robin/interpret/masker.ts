import { SECRET_MASK, toText } from './print-value.ts';
import type { RobinValue } from './values.ts';

/** Hides the texts of sensitive values wherever people read: logs, events, error messages (robin.md §1.1). */
export interface Masker {
  /** From now on every text inside the value is hidden. */
  readonly add: (value: RobinValue) => void;
  readonly maskText: (text: string) => string;
  /** The value with its hidden texts replaced, for showing. */
  readonly maskValue: (value: RobinValue) => RobinValue;
}

/** Sensitive texts remembered; a loop that makes new ones for ever forgets the oldest. */
const SENSITIVE_TEXTS_MAX = 10_000;

export function createMasker(): Masker {
  const texts = new Set<string>();
  let longestFirst: readonly string[] | undefined;
  const remember = (text: string): void => {
    if (text === '' || texts.has(text)) return;
    if (texts.size >= SENSITIVE_TEXTS_MAX) for (const oldest of texts) if (texts.delete(oldest)) break;
    texts.add(text);
    longestFirst = undefined;
  };
  const maskText = (text: string): string => {
    // Longest first, so that a hidden text inside another one leaves no remainder of it.
    longestFirst ??= [...texts].sort((a, b) => b.length - a.length);
    return longestFirst.reduce((masked, secret) => masked.replaceAll(secret, SECRET_MASK), text);
  };
  return {
    add: (value) => {
      for (const text of textsOf(value)) remember(text);
    },
    maskText: (text) => (texts.size === 0 ? text : maskText(text)),
    maskValue: (value) => (texts.size === 0 ? value : maskLeaves(value, maskText)),
  };
}

/** Texts a person could read in the value. Booleans say nothing, and hiding them would hide half of every log. */
function* textsOf(value: RobinValue): Generator<string> {
  if (typeof value === 'boolean') return;
  if (typeof value !== 'object') return yield toText(value);
  switch (value.kind) {
    case 'secret':
      return yield value.reveal();
    case 'list':
      for (const item of value.items) yield* textsOf(item);
      return;
    case 'datarow':
      for (const cell of value.cells) yield* textsOf(cell);
      return;
    case 'datatable':
      for (const row of value.rows) for (const cell of row) yield* textsOf(cell);
      return;
    case 'object':
      for (const item of value.entries.values()) yield* textsOf(item);
      return;
    default:
      yield toText(value);
  }
}

function maskLeaves(value: RobinValue, maskText: (text: string) => string): RobinValue {
  const inner = (item: RobinValue): RobinValue => maskLeaves(item, maskText);
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'object') {
    const text = toText(value);
    const masked = maskText(text);
    return masked === text ? value : masked;
  }
  switch (value.kind) {
    case 'list':
      return { ...value, items: value.items.map(inner) };
    case 'datarow':
      return { ...value, cells: value.cells.map(inner) };
    case 'datatable':
      return { ...value, rows: value.rows.map((row) => row.map(inner)) };
    case 'object':
      return { ...value, entries: new Map([...value.entries].map(([key, item]) => [key, inner(item)])) };
    default: {
      const text = toText(value);
      return maskText(text) === text ? value : maskText(text);
    }
  }
}
