const JSON_DEPTH_MAX = 64;

/**
 * Why a parsed body or query cannot be taken, whatever its schema says: PostgreSQL stores no NUL and no half of a
 * surrogate pair, and what walks a value by recursion needs a depth that it survives.
 */
export function unfit(value: unknown): string | undefined {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.value === 'string') {
      const because = unfitText(next.value);
      if (because) return because;
    } else if (typeof next.value === 'object' && next.value !== null) {
      if (next.depth >= JSON_DEPTH_MAX) return `values lie deeper than ${JSON_DEPTH_MAX} levels`;
      for (const [key, inner] of Object.entries(next.value)) {
        const because = unfitText(key);
        if (because) return because;
        open.push({ value: inner, depth: next.depth + 1 });
      }
    }
  }
  return undefined;
}

function unfitText(text: string): string | undefined {
  if (text.includes('\0')) return 'a text holds a NUL character';
  return text.isWellFormed() ? undefined : 'a text holds half of a surrogate pair';
}

/** Places of an address are texts; those declared as integers become numbers, anything else is left for the schema. */
export function withNumbers(schema: unknown, given: unknown): unknown {
  const fields = (schema as { properties?: Record<string, { type?: unknown }> }).properties ?? {};
  if (typeof given !== 'object' || given === null) return given;
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      fields[name]?.type === 'integer' && typeof value === 'string' && /^-?\d{1,15}$/.test(value)
        ? Number(value)
        : value,
    ]),
  );
}

export const isEmptyBody = (body: unknown): boolean =>
  body === undefined ||
  body === null ||
  (typeof body === 'object' && !Array.isArray(body) && Object.keys(body).length === 0);
