import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const requireCall = /\brequire\((['"])([^'"\n]+)\1\)/g;

/**
 * Loads what the packages in memory would load only when it is needed. After root was given up the folder Deskhand is
 * installed in may be closed to the program, as a clone below a home folder is. A package that is not installed is none
 * that would have been needed.
 */
export function loadAllModules(): void {
  const { cache } = createRequire(import.meta.url);
  const seen = new Set<string>();
  for (let found = unseen(); found.length > 0; found = unseen()) {
    for (const path of found) {
      seen.add(path);
      if (path.endsWith('.js') || path.endsWith('.cjs')) loadRequired(path);
    }
  }

  function unseen(): readonly string[] {
    return Object.keys(cache).filter((path) => !seen.has(path));
  }
}

function loadRequired(path: string): void {
  const require = createRequire(path);
  for (const [, , name = ''] of readFileSync(path, 'utf8').matchAll(requireCall)) {
    try {
      require(name);
    } catch {
      // An optional package, or an example in a comment.
    }
  }
}
