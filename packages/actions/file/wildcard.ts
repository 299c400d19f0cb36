/** Names as Windows matches them: `*` and `?`, in any case. Several patterns are separated by semicolons. */
export function wildcardMatcher(filter: string): (name: string) => boolean {
  const patterns = filter
    .split(';')
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== '');
  if (patterns.length === 0 || patterns.some((pattern) => pattern === '*' || pattern === '*.*')) return () => true;
  const folded = patterns.map((pattern) => pattern.toLowerCase());
  return (name) => {
    const lower = name.toLowerCase();
    return folded.some((pattern) => matches(lower, pattern));
  };
}

export const hasWildcard = (path: string): boolean => /[*?]/.test(path);

/** Goes back to the last star only, so that the time grows with both lengths and no pattern is slow. */
function matches(name: string, pattern: string): boolean {
  let [at, next, star, resumed] = [0, 0, -1, 0];
  while (at < name.length) {
    const char = pattern.charAt(next);
    if (char === '*') {
      star = next;
      resumed = at;
      next += 1;
    } else if (next < pattern.length && (char === '?' || char === name.charAt(at))) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      resumed += 1;
      at = resumed;
      next = star + 1;
    } else return false;
  }
  while (pattern.charAt(next) === '*') next += 1;
  return next === pattern.length;
}
