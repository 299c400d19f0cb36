import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FILES_READ_MAX = 50;

export interface PamStack {
  /** Of the service and of all that it includes. */
  readonly lines: readonly string[];
  /** Files that are named and not there. */
  readonly missing: readonly string[];
}

export function readPamStack(services: string, service: string): PamStack {
  const lines: string[] = [];
  const missing: string[] = [];
  const files = [service];
  for (const name of files) {
    if (!existsSync(join(services, name))) {
      missing.push(join(services, name));
      continue;
    }
    for (const line of readFileSync(join(services, name), 'utf8').split('\n')) {
      lines.push(line);
      const included = /^\s*@include\s+(\S+)|^\s*\w+\s+(?:include|substack)\s+(\S+)/.exec(line);
      const next = included?.[1] ?? included?.[2];
      if (next !== undefined && !files.includes(next) && files.length < FILES_READ_MAX) files.push(next);
    }
  }
  return { lines, missing };
}

/** The module of a line, with its arguments; undefined for comments and includes. */
export function moduleOf(line: string): { readonly module: string; readonly args: readonly string[] } | undefined {
  const found = /^\s*(?:auth|account|password|session)\s+(?:\[[^\]]*\]|\w+)\s+(pam_\w+\.so)(.*)/.exec(line);
  if (found?.[1] === undefined) return undefined;
  return { module: found[1], args: (found[2] ?? '').split('#')[0]?.split(/\s+/).filter(Boolean) ?? [] };
}
