import ts from 'typescript';
import {
  type Check,
  type Finding,
  isSource,
  isTest,
  lineOf,
  packageOf,
  type Repository,
  visit,
} from '../repository.ts';

const purePackages = ['domain', 'robin', 'cloud-flow'];
/** What reaches outside: time, chance, the process, the network. They are arguments in a pure package. */
const members = new Set(['Date.now', 'Math.random', 'performance.now', 'crypto.randomUUID', 'crypto.getRandomValues']);
const globals = new Set(['process', 'console', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']);
const evaluators = new Set(['eval', 'Function']);

export const pureIsPure: Check = {
  name: 'pure packages use no clock, no chance, no process and no network',
  find: (repository) =>
    repository.paths
      .filter((path) => isSource(path) && !isTest(path) && purePackages.includes(packageOf(path) ?? ''))
      .flatMap((path) => impurities(repository, path)),
};

function impurities(repository: Repository, path: string): readonly Finding[] {
  const tree = repository.tree(path);
  const found: Finding[] = [];
  visit(tree, (node) => {
    const what = impurity(node);
    if (what !== undefined) found.push({ path, line: lineOf(tree, node.getStart()), what: `uses ${what}` });
  });
  return found;
}

function impurity(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const text = `${node.expression.getText()}.${node.name.text}`;
    if (members.has(text) || (ts.isIdentifier(node.expression) && node.expression.text === 'process')) return text;
    if (ts.isIdentifier(node.expression) && node.expression.text === 'console') return text;
  }
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) return 'new Date()';
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
    const called = node.expression.text;
    if (globals.has(called) || evaluators.has(called)) return `${called}()`;
  }
  return undefined;
}
