import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/**
 * The repository as the checks see it: paths and texts. A plain value, so that a check can be shown a made-up tree with
 * one fault in it.
 */
export interface Repository {
  readonly paths: readonly string[];
  text(path: string): string;
  /** The syntax tree of a TypeScript file; parsed once. */
  tree(path: string): ts.SourceFile;
}

/** One thing to correct: where, and what in a sentence. */
export interface Finding {
  readonly path: string;
  readonly line?: number;
  readonly what: string;
}

/** A rule about the repository that can be checked: its name is the sentence a test shows. */
export interface Check {
  readonly name: string;
  find(repository: Repository): readonly Finding[] | Promise<readonly Finding[]>;
}

export const isSource = (path: string): boolean => /\.tsx?$/.test(path) && !path.endsWith('.d.ts');
export const isTest = (path: string): boolean =>
  /\.(test|contract)\.tsx?$/.test(path) || /(^|\/)(testing|fixtures)\//.test(path);
export const isDocument = (path: string): boolean => path.endsWith('.md');
export const packageOf = (path: string): string | undefined => /^packages\/([^/]+)\//.exec(path)?.[1];

export function repositoryOf(texts: Readonly<Record<string, string>>): Repository {
  return repository(Object.keys(texts).sort(), (path) => texts[path] ?? '');
}

/** What git tracks or would track: never what is built, installed or ignored. */
export function openRepository(root: string): Repository {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const paths = [...new Set(listed.split('\0'))].filter((path) => path !== '' && isFile(join(root, path))).sort();
  return repository(paths, (path) => readFileSync(join(root, path), 'utf8'));
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

function repository(paths: readonly string[], read: (path: string) => string): Repository {
  const texts = new Map<string, string>();
  const trees = new Map<string, ts.SourceFile>();
  const text = (path: string) => once(texts, path, () => read(path));
  const tree = (path: string) =>
    once(trees, path, () => ts.createSourceFile(path, text(path), ts.ScriptTarget.Latest, true));
  return { paths, text, tree };
}

function once<T>(known: Map<string, T>, key: string, make: () => T): T {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

export const lineOf = (tree: ts.SourceFile, position: number): number =>
  tree.getLineAndCharacterOfPosition(position).line + 1;

/** Visits every node of a tree, parents before children. */
export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}
