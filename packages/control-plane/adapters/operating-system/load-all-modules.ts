import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { compileFunction, constants } from 'node:vm';

const lateLoad = /\b(require|import)\((['"])([^'"\n]+)\2\)/g;
const commentLine = /^\s*(\/?\*|\/\/).*$/gm;

/**
 * Loads what the packages in memory would load only when it is needed. After root was given up the folder Deskhand is
 * installed in may be closed to the program, as a clone below a home folder is. A package that is not installed is none
 * that would have been needed.
 */
export async function loadAllModules(): Promise<void> {
  const { cache } = createRequire(import.meta.url);
  const seen = new Set<string>();
  const unseen = (): readonly string[] => Object.keys(cache).filter((path) => !seen.has(path));
  for (let found = unseen(); found.length > 0; found = unseen()) {
    for (const path of found) {
      seen.add(path);
      if (/\.c?js$/.test(path)) await loadLate(path);
    }
  }
}

async function loadLate(path: string): Promise<void> {
  // Both remember where a name led from this very file, so that nothing is looked up again later.
  const load: Readonly<Record<string, (name: string) => unknown>> = {
    require: createRequire(path),
    import: compileFunction('return import(name)', ['name'], {
      filename: path,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }) as (name: string) => Promise<unknown>,
  };
  const source = readFileSync(path, 'utf8').replace(commentLine, '');
  for (const [, how = '', , name = ''] of source.matchAll(lateLoad)) {
    try {
      await load[how]?.(name);
    } catch {
      // An optional package, or a text that only looks like a load.
    }
  }
}
