import type { ActionCallNode, Condition, Expression, Handler, Statement } from './nodes.ts';

/** The bodies inside a statement, in the order of the text. */
export function childrenOf(statement: Statement): readonly (readonly Statement[])[] {
  switch (statement.kind) {
    case 'if': {
      const branches = statement.branches.flatMap(({ condition, body }) => [...handlerBodies(condition), body]);
      return statement.otherwise === undefined ? branches : [...branches, statement.otherwise];
    }
    case 'switch':
      return [...statement.cases.map(({ body }) => body), ...(statement.otherwise ? [statement.otherwise] : [])];
    case 'while':
      return [...handlerBodies(statement.condition), statement.body];
    case 'foreach':
    case 'for':
      return [statement.body];
    case 'block':
      return [...statement.handlers.map(({ body }) => body), statement.body];
    case 'action':
    case 'wait-until':
      return statement.handlers.map(({ body }) => body);
    default:
      return [];
  }
}

const handlerBodies = (condition: Condition) =>
  condition.kind === 'action-condition' ? condition.handlers.map(({ body }) => body) : [];

export function conditionsOf(statement: Statement): readonly Condition[] {
  if (statement.kind === 'if') return statement.branches.map(({ condition }) => condition);
  if (statement.kind === 'while' || statement.kind === 'wait-until') return [statement.condition];
  return [];
}

export function handlersOf(statement: Statement): readonly Handler[] {
  if (statement.kind === 'action' || statement.kind === 'wait-until' || statement.kind === 'block') {
    return statement.handlers;
  }
  return conditionsOf(statement).flatMap((one) => (one.kind === 'action-condition' ? one.handlers : []));
}

export function actionCallsOf(statement: Statement): readonly ActionCallNode[] {
  if (statement.kind === 'action') return [statement.call];
  return conditionsOf(statement).flatMap((one) => (one.kind === 'action-condition' ? [one.call] : []));
}

/** The expressions a statement reads itself, without those of statements inside it and of action arguments. */
export function expressionsOf(statement: Statement): readonly Expression[] {
  const conditions = conditionsOf(statement).filter((one) => one.kind !== 'action-condition');
  const repeats = handlersOf(statement).flatMap(({ repeat }) => [repeat?.times, repeat?.waitSeconds]);
  return [...ownExpressions(statement), ...conditions, ...repeats].filter((one) => one !== undefined);
}

function ownExpressions(statement: Statement): readonly (Expression | undefined)[] {
  switch (statement.kind) {
    case 'set':
      return [...statement.target.keys, statement.value];
    case 'switch':
      return [statement.subject, ...statement.cases.map(({ value }) => value)];
    case 'foreach':
      return [statement.source];
    case 'for':
      return [statement.from, statement.to, statement.step];
    case 'exit':
      return [statement.code, statement.message];
    case 'wait':
      return [statement.seconds];
    case 'wait-until':
      return [statement.timeout];
    case 'call':
      return statement.inputs.map(({ value }) => value);
    case 'last-error':
      return [statement.reset];
    default:
      return [];
  }
}

/** The parts of an expression, one level down. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'interpolated':
      return expression.parts.filter((part) => typeof part !== 'string');
    case 'property':
      return [expression.of];
    case 'index':
      return [expression.of, expression.key];
    case 'slice':
      return [expression.of, expression.from, expression.to].filter((part) => part !== undefined);
    case 'list':
      return expression.items;
    case 'object':
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case 'table':
      return [...(expression.header ?? []), ...expression.rows];
    case 'negate':
    case 'not':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'function':
      return expression.operands;
    default:
      return [];
  }
}

/** `A.B.C` as its names; undefined for anything else. Enum members look like this. */
export function dottedNames(expression: Expression): string[] | undefined {
  if (expression.kind === 'variable') return expression.isGlobal ? undefined : [expression.name];
  if (expression.kind !== 'property') return undefined;
  const names = dottedNames(expression.of);
  names?.push(expression.name);
  return names;
}
