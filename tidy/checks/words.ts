import ts from 'typescript';
import {
  type Check,
  type Finding,
  isDocument,
  isSource,
  lineOf,
  packageOf,
  type Repository,
  visit,
} from '../repository.ts';

interface Words {
  readonly identifiers: Readonly<Record<string, string>>;
  readonly text: Readonly<Record<string, string>>;
  readonly exempt: readonly Exemption[];
}

interface Exemption {
  readonly identifier?: string;
  readonly text?: string;
  readonly path?: string;
  readonly words?: readonly string[];
  readonly because: string;
}

export const bannedWords: Check = {
  name: 'one word for each thing: no name we declare and no text people read uses a banned one',
  find: (repository) => {
    const words = JSON.parse(repository.text('tidy/words.json')) as Words;
    return repository.paths.flatMap((path) => {
      if (isDocument(path)) return inDocument(repository, path, words);
      return isSource(path) && packageOf(path) !== undefined ? inSource(repository, path, words) : [];
    });
  },
};

function inSource(repository: Repository, path: string, words: Words): readonly Finding[] {
  const tree = repository.tree(path);
  const found: Finding[] = [];
  const report = (node: ts.Node, text: string, hits: readonly Hit[]) => {
    for (const { word, instead } of hits)
      found.push({ path, line: lineOf(tree, node.getStart()), what: `"${text}" says ${word}; say ${instead}` });
  };
  visit(tree, (node) => {
    const name = declaredName(node);
    if (name) report(node, name, bannedInIdentifier(name, path, words));
    const prose = proseOf(node);
    if (prose) report(node, prose.slice(0, 60), bannedInText(prose, path, words));
  });
  return found;
}

interface Hit {
  readonly word: string;
  readonly instead: string;
}

/**
 * The name a node declares, when it is ours to choose. Object literals and destructuring are left out: their names are
 * often those of a library's options and results.
 */
function declaredName(node: ts.Node): string | undefined {
  const ours =
    ts.isVariableDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isMethodSignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isPropertySignature(node);
  return ours && node.name && ts.isIdentifier(node.name) ? node.name.text : undefined;
}

/** A string that is a sentence for a person: it has at least three words, and is no import, key or query. */
function proseOf(node: ts.Node): string | undefined {
  if (ts.isJsxText(node)) return node.text.trim() || undefined;
  if (!ts.isStringLiteral(node) && !ts.isNoSubstitutionTemplateLiteral(node) && !ts.isTemplateHead(node))
    return undefined;
  const sentence =
    /^[A-Z][^\n]*[a-z]+ [a-z]+/.test(node.text) && !/[{};=]|^(SELECT|INSERT|UPDATE|DELETE|WITH)\b/.test(node.text);
  return sentence ? node.text : undefined;
}

export function bannedInIdentifier(name: string, path: string, words: Words): readonly Hit[] {
  const rest = words.exempt.reduce((left, { identifier }) => (identifier ? left.replace(identifier, '') : left), name);
  const parts = rest
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/_/g, ' ')
    .toLowerCase()
    .split(' ');
  return hits(parts, words.identifiers, path, words.exempt);
}

export function bannedInText(text: string, path: string, words: Words): readonly Hit[] {
  const rest = words.exempt.reduce(
    (left, { text: phrase }) => (phrase ? left.toLowerCase().replaceAll(phrase, ' ') : left),
    text.toLowerCase(),
  );
  // Command lines, file names and quoted names are not prose.
  const prose = rest
    .replace(/`[^`]*`/g, ' ')
    .replace(/"[^"]*"/g, ' ')
    .replace(/\S*[/.\\_]\S+/g, ' ');
  return hits(prose.split(/[^a-z-]+/), words.text, path, words.exempt);
}

function hits(
  found: readonly string[],
  banned: Readonly<Record<string, string>>,
  path: string,
  exempt: readonly Exemption[],
): readonly Hit[] {
  const allowed = exempt.flatMap((one) => (one.path && path.startsWith(one.path) ? (one.words ?? []) : []));
  // A banned pair, such as "machine group", counts where its words stand beside each other.
  const said = ` ${found.join(' ')} `;
  return Object.entries(banned)
    .filter(([word]) => !allowed.includes(word) && (said.includes(` ${word} `) || said.includes(` ${word}s `)))
    .map(([word, instead]) => ({ word, instead }));
}

/** The glossary and the overview name what other products say, in order to say what it is here. */
const namesOthersWords = /^(GLOSSARY\.md|CONTRIBUTING\.md|docs\/overview\.md|docs\/decisions\/)/;

function inDocument(repository: Repository, path: string, words: Words): readonly Finding[] {
  if (namesOthersWords.test(path)) return [];
  let fenced = false;
  return repository
    .text(path)
    .split('\n')
    .flatMap((text, index) => {
      if (text.trim().startsWith('```')) fenced = !fenced;
      if (fenced) return [];
      return bannedInText(text, path, words).map(({ word, instead }) => ({
        path,
        line: index + 1,
        what: `says ${word}; say ${instead}`,
      }));
    });
}
