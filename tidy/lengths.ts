import ts from 'typescript';
import { isSource, isTest, lineOf, type Repository, visit } from './repository.ts';

export interface Length {
  readonly lines: number;
  readonly name: string;
}

const LONGEST_SHOWN = 10;
const longest = (lengths: readonly Length[]): readonly Length[] =>
  [...lengths].sort((a, b) => b.lines - a.lines).slice(0, LONGEST_SHOWN);

/** For eyes to judge, not for a rule: a long function can be the clearest one. */
export function longestFiles(repository: Repository): readonly Length[] {
  return longest(sources(repository).map((path) => ({ name: path, lines: repository.text(path).split('\n').length })));
}

export function longestFunctions(repository: Repository): readonly Length[] {
  return longest(sources(repository).flatMap((path) => functionsOf(repository, path)));
}

const sources = (repository: Repository): readonly string[] =>
  repository.paths.filter((path) => isSource(path) && !isTest(path));

function functionsOf(repository: Repository, path: string): readonly Length[] {
  const tree = repository.tree(path);
  const found: Length[] = [];
  visit(tree, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
    const lines = lineOf(tree, node.getEnd()) - lineOf(tree, node.getStart()) + 1;
    found.push({ lines, name: `${path}:${lineOf(tree, node.getStart())} ${nameOf(node)}` });
  });
  return found;
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name) return node.name.getText();
  return ts.isVariableDeclaration(node.parent) ? node.parent.name.getText() : '(a function without a name)';
}
