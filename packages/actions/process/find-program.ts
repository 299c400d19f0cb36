import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Where a program of this name lies on the search path. */
export function findProgram(name: string, path: string | undefined = process.env['PATH']): string | undefined {
  const folders = (path ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

const FINDINGS_KEPT_MS = 30_000;
const findings = new Map<string, { readonly path: string | undefined; readonly until: number }>();

/** The same for questions that are asked before every call: an answer is kept for half a minute. */
export function hasProgram(name: string): boolean {
  const now = performance.now();
  const kept = findings.get(name);
  if (kept !== undefined && kept.until > now) return kept.path !== undefined;
  const path = findProgram(name);
  findings.set(name, { path, until: now + FINDINGS_KEPT_MS });
  return path !== undefined;
}
