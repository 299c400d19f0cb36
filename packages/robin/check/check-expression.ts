import { functions } from '../interpret/operators.ts';
import { powerFxExpression } from '../interpret/power-fx.ts';
import { elementNameOf } from '../interpret/ui-elements.ts';
import type { Expression, ExpressionOf } from '../syntax/nodes.ts';
import { dottedNames, partsOf } from '../syntax/walk.ts';
import type { Checking } from './checking.ts';

/** Everything an expression can be wrong about. The depth of expressions is bounded by the reader. */
export function checkExpression(to: Checking, expression: Expression, functionName: string | undefined): void {
  if (expression.kind === 'property' && isEnumMember(to, expression, functionName)) return;
  checkNode(to, expression, functionName);
  if (expression.kind === 'object') {
    // A bare word as a key is its own name, no variable.
    for (const { key, value } of expression.entries) {
      if (key.kind !== 'variable') checkExpression(to, key, functionName);
      checkExpression(to, value, functionName);
    }
    return;
  }
  for (const part of partsOf(expression)) checkExpression(to, part, functionName);
}

function checkNode(to: Checking, expression: Expression, functionName: string | undefined): void {
  switch (expression.kind) {
    case 'variable':
      return checkVariable(to, expression, functionName);
    case 'function':
      return checkFunction(to, expression);
    case 'index':
      return checkElement(to, expression);
    case 'text':
      return checkPath(to, expression.value, expression);
    case 'interpolated': {
      const [first] = expression.parts;
      return typeof first === 'string' ? checkPath(to, first, expression) : undefined;
    }
    case 'encrypted': {
      const remedy = 'Make it a sensitive input of the flow, and store its value in Deskhand.';
      return to.report.error(
        expression,
        'encrypted-password',
        `Only the Windows account that wrote this password can decrypt it. ${remedy}`,
      );
    }
    case 'power-fx':
      return checkPowerFx(to, expression, functionName);
    default:
      return;
  }
}

/** `Display.Icon.Information` outside an enum argument: three names, the first one a module. */
function isEnumMember(to: Checking, expression: Expression, functionName: string | undefined): boolean {
  const names = dottedNames(expression);
  const root = names?.[0]?.toLowerCase() ?? '';
  if (names === undefined || names.length < 3 || isDefined(to, root, functionName)) return false;
  return to.catalogue().moduleNames.has(root);
}

const isDefined = (to: Checking, key: string, functionName: string | undefined): boolean =>
  scopeOf(to, functionName).has(key) || to.defined.globals.get(key) === key;

const scopeOf = ({ defined }: Checking, functionName: string | undefined): ReadonlyMap<string, string> =>
  functionName === undefined ? defined.globals : (defined.locals.get(functionName) ?? new Map());

function checkVariable(
  to: Checking,
  { name, isGlobal, line, column }: ExpressionOf<'variable'>,
  functionName: string | undefined,
): void {
  const key = name.toLowerCase();
  const where = isGlobal ? undefined : functionName;
  if (key === 'appmask' || key === 'imgrepo') return checkStore(to, name, { line, column });
  const scope = scopeOf(to, where);
  const reportKey = `${where ?? ''}/${key}`;
  if (scope.has(key) || to.reported.has(reportKey)) return;
  to.reported.add(reportKey);
  const isFlowVariable = where !== undefined && to.defined.globals.has(key);
  const remedy = isFlowVariable
    ? ` A local function reads variables of the flow as GLOBAL.${name}.`
    : to.suggest(name, scope.values()) || ' Give it a value with SET, or declare it with @INPUT.';
  to.report.error({ line, column }, 'unknown-variable', `Nothing in the flow gives '${name}' a value.${remedy}`);
}

function checkStore(to: Checking, name: string, place: { line: number; column: number }): void {
  if (to.flow.trailer !== undefined || to.reported.has(name)) return;
  to.reported.add(name);
  const remedy =
    'Copy the actions from the designer together with their elements, and keep the part behind # [ControlRepository].';
  to.report.warning(
    place,
    'elements-missing',
    `The text names elements of '${name}' but does not hold them. ${remedy}`,
  );
}

function checkElement(to: Checking, expression: ExpressionOf<'index'>): void {
  const named = elementNameOf(expression);
  if (named === undefined || to.elements === undefined) return;
  const { screen, name } = named;
  const isThere = screen === undefined ? to.elements.hasImage(name) : to.elements.hasElement(screen, name);
  const reportKey = `element/${screen ?? ''}/${name}`;
  if (isThere || to.reported.has(reportKey)) return;
  to.reported.add(reportKey);
  const shown = screen === undefined ? `The image '${name}'` : `The element '${name}' of '${screen}'`;
  const remedy = 'Copy the action from the designer again, together with its element.';
  to.report.warning(expression, 'element-missing', `${shown} is not among those behind the actions. ${remedy}`);
}

function checkFunction(to: Checking, { name, operands, line, column }: ExpressionOf<'function'>): void {
  const known = Object.hasOwn(functions, name.toLowerCase()) ? functions[name.toLowerCase()] : undefined;
  if (known === undefined) {
    const hint = to.suggest(name, Object.keys(functions));
    to.report.error({ line, column }, 'unknown-function', `There is no function '${name}'.${hint}`);
    return;
  }
  const [fewest, most] = known.arity;
  if (operands.length >= fewest && operands.length <= most) return;
  const count = fewest === most ? `${fewest}` : `${fewest} to ${most}`;
  to.report.error({ line, column }, 'wrong-operand-count', `${name} takes ${count} values, not ${operands.length}.`);
}

const windowsPath = /^(?:[A-Za-z]:[\\/]|\\\\[^\\\s]+\\)/;
function checkPath(to: Checking, text: string, place: { line: number; column: number }): void {
  if (!windowsPath.test(text) || to.isMapped(text)) return;
  const shown = text.split('\n')[0]?.slice(0, 60) ?? '';
  const remedy =
    'Declare a path mapping for the machine, for example C:\\Data → /srv/data, or make the folder an input.';
  to.report.warning(place, 'windows-path-without-mapping', `'${shown}' is a path of Windows. ${remedy}`);
}

function checkPowerFx(to: Checking, expression: ExpressionOf<'power-fx'>, functionName: string | undefined): void {
  const { source, line, column } = expression;
  const inner = powerFxExpression(source);
  if (inner !== undefined) {
    checkExpression(to, placedAt(inner, { line, column }), functionName);
    return;
  }
  const remedy = 'Numbers, texts, variables, arithmetic and comparisons work; write the rest as Robin.';
  to.report.error(
    expression,
    'power-fx-not-supported',
    `The Power Fx expression '${source}' cannot be evaluated. ${remedy}`,
  );
}

/** The parts of a Power Fx text have no place of their own in the flow. */
const placedAt = (expression: Expression, place: { line: number; column: number }): Expression => {
  if (expression.kind === 'negate') return { ...expression, ...place, operand: placedAt(expression.operand, place) };
  if (expression.kind !== 'binary') return { ...expression, ...place };
  const { left, right } = expression;
  return { ...expression, ...place, left: placedAt(left, place), right: placedAt(right, place) };
};
