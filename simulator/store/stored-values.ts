/**
 * What comes back of a value after it was stored: JSON, without NUL and halves of surrogate pairs, which PostgreSQL does
 * not keep. Values that are the same either way are not copied, because rows are never changed.
 */
export function stored<T>(value: T): T {
  return storable(value) as T;
}

function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('\0') ? wellFormed(value) : value.toWellFormed();
  if (Array.isArray(value)) return value.map(storable);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [storable(key), storable(inner)]));
}

function wellFormed(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}
