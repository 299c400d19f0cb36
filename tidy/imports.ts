import { posix } from 'node:path';
import ts from 'typescript';
import { isSource, lineOf, type Repository, visit } from './repository.ts';

/** One import of a file: from another file of the repository, from Node, or from an installed package. */
export type Import = { readonly line: number; readonly specifier: string } & (
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'node' }
  | { readonly kind: 'installed'; readonly name: string }
);

export function importsOf(repository: Repository, path: string): readonly Import[] {
  const tree = repository.tree(path);
  const found: Import[] = [];
  visit(tree, (node) => {
    const specifier = specifierOf(node);
    if (specifier) found.push(classify(path, specifier.text, lineOf(tree, specifier.getStart())));
  });
  return found;
}

/** The files a file imports, types included; unknown files are left to the compiler to report. */
export function fileImports(repository: Repository): ReadonlyMap<string, readonly string[]> {
  const sources = repository.paths.filter(isSource);
  const known = new Set(sources);
  return new Map(
    sources.map((path) => [
      path,
      importsOf(repository, path).flatMap((found) =>
        found.kind === 'file' && known.has(found.path) ? [found.path] : [],
      ),
    ]),
  );
}

function specifierOf(node: ts.Node): ts.StringLiteral | undefined {
  if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier)
    return asText(node.moduleSpecifier);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return asText(node.argument.literal);
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return asText(node.arguments[0]);
  return undefined;
}

const asText = (node: ts.Node | undefined): ts.StringLiteral | undefined =>
  node && ts.isStringLiteral(node) ? node : undefined;

function classify(from: string, specifier: string, line: number): Import {
  const bare = specifier.replace(/\?.*$/, '');
  if (bare.startsWith('.'))
    return { kind: 'file', path: posix.normalize(posix.join(posix.dirname(from), bare)), line, specifier };
  if (bare.startsWith('node:')) return { kind: 'node', line, specifier };
  const [scope = '', name = '', ...inside] = bare.split('/');
  if (scope === '@deskhand')
    return { kind: 'file', path: `packages/${name}/${inside.join('/') || 'index.ts'}`, line, specifier };
  return { kind: 'installed', name: scope.startsWith('@') ? `${scope}/${name}` : scope, line, specifier };
}
