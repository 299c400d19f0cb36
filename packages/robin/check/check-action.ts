import type { ArgumentDefinition, SelectorDefinition } from '../interpret/action.ts';
import { type FoundAction, fullId } from '../interpret/action-index.ts';
import { parseBoolean, parseNumber } from '../interpret/coerce.ts';
import type { ActionCallNode, Argument, Statement } from '../syntax/nodes.ts';
import { conditionsOf, dottedNames } from '../syntax/walk.ts';
import { checkExpression } from './check-expression.ts';
import type { Checking } from './checking.ts';

export function checkAction(to: Checking, call: ActionCallNode, functionName: string | undefined): void {
  const found = to.actions.find(call.id);
  if (found === undefined) {
    reportUnknown(to, call);
    for (const { value } of call.arguments) checkExpression(to, value, functionName);
    return;
  }
  checkAvailability(to, call, found);
  checkArguments(to, call, found.form, functionName);
  checkOutputs(to, call, found.form);
}

/** An action in IF, LOOP WHILE or WAIT must be one that answers whether something holds, and such a one stands nowhere else. */
export function checkConditions(to: Checking, statement: Statement): void {
  if (statement.kind === 'action' && to.actions.find(statement.call.id)?.definition.isCondition === true) {
    const { id } = statement.call;
    const remedy = `Write WAIT (${id} …) to wait until it holds, or IF (${id} …) THEN to ask once.`;
    to.report.error(statement.call, 'condition-as-row', `${id} on a row of its own does nothing. ${remedy}`);
  }
  for (const condition of conditionsOf(statement)) {
    if (condition.kind !== 'action-condition') continue;
    const found = to.actions.find(condition.call.id);
    if (found === undefined || found.definition.isCondition === true) continue;
    const message = `${condition.call.id} is no condition; put it on a row of its own and test its output.`;
    to.report.error(condition.call, 'not-a-condition', message);
  }
}

/** Unknown to everybody, unknown as a selector, known but not built, or never possible here: four different remedies. */
function reportUnknown(to: Checking, call: ActionCallNode): void {
  const { id } = call;
  const action = id.split('.').slice(0, 2).join('.');
  const catalogue = to.catalogue().known;
  const exact = catalogue.get(id.toLowerCase());
  const known = exact ?? catalogue.get(action.toLowerCase());
  const definition = to.actions.definition(action);
  if (known?.linux.startsWith('windows') === true) {
    const remedy = 'Remove the row, or run this part on Windows.';
    return to.report.error(call, 'needs-windows', `${id} works on Windows only. ${remedy}`);
  }
  if (definition !== undefined && (exact === undefined || id === action)) {
    const selectors = Object.keys(definition.selectors).map((selector) => fullId(definition.id, selector));
    const hint = to.suggest(id, selectors) || ` It has ${selectors.join(', ')}.`;
    return to.report.error(call, 'unknown-selector', `${definition.id} has no form '${id}'.${hint}`);
  }
  if (known !== undefined) {
    const remedy = 'See `deskhand flow actions` for what there is.';
    return to.report.error(
      call,
      'action-not-available',
      `${id} is an action of Power Automate that Deskhand does not have yet. ${remedy}`,
    );
  }
  to.report.error(call, 'unknown-action', `There is no action ${id}.${to.suggest(id, to.actions.ids)}`);
}

function checkAvailability(to: Checking, call: ActionCallNode, { definition, selector }: FoundAction): void {
  if (definition.linux === 'windows') {
    to.report.error(
      call,
      'needs-windows',
      `${call.id} works on Windows only. Remove the row, or run this part on Windows.`,
    );
    return;
  }
  const reason = definition.unavailable?.();
  if (reason !== undefined)
    to.report.warning(call, 'action-unavailable', `${call.id} cannot run on this machine: ${reason}`);
  const id = fullId(definition.id, selector);
  if (id.toLowerCase() === call.id.toLowerCase()) return;
  to.report.info(call, 'old-action-id', `${call.id} is an older name of ${id}.`);
}

function checkArguments(
  to: Checking,
  call: ActionCallNode,
  form: SelectorDefinition,
  functionName: string | undefined,
): void {
  const declared = new Map(Object.entries(form.arguments).map(([name, one]) => [name.toLowerCase(), one]));
  const seen = new Set<string>();
  for (const argument of call.arguments) {
    const definition = argument.isDynamic ? undefined : declared.get(argument.name.toLowerCase());
    reportDuplicate(to, argument, seen);
    if (definition === undefined) {
      checkUndeclared(to, call, argument, form);
      checkExpression(to, argument.value, functionName);
    } else checkArgument(to, argument, definition, functionName);
  }
  for (const [name, definition] of Object.entries(form.arguments)) {
    if (definition.default !== undefined || seen.has(name.toLowerCase())) continue;
    to.report.error(call, 'missing-argument', `${call.id} needs the argument ${name}.`);
  }
}

function reportDuplicate(to: Checking, argument: Argument, seen: Set<string>): void {
  const key = (argument.isDynamic ? '@' : '') + argument.name.toLowerCase();
  if (seen.has(key)) {
    to.report.error(argument, 'duplicate-argument', `The argument ${argument.name} is given twice; keep one of them.`);
  }
  seen.add(key);
}

function checkUndeclared(to: Checking, call: ActionCallNode, argument: Argument, form: SelectorDefinition): void {
  if (argument.isDynamic && form.takesDynamicArguments === true) return;
  const names = Object.keys(form.arguments);
  const hint = to.suggest(argument.name, names) || ` It takes ${names.length === 0 ? 'none' : names.join(', ')}.`;
  to.report.error(argument, 'unknown-argument', `${call.id} has no argument '${argument.name}'.${hint}`);
}

function checkArgument(
  to: Checking,
  argument: Argument,
  definition: ArgumentDefinition,
  functionName: string | undefined,
): void {
  const { value, name } = argument;
  if (definition.inPlace === true && value.kind !== 'variable') {
    const remedy = 'Put the value into a variable with SET first.';
    to.report.error(
      argument,
      'in-place-not-variable',
      `${name} is changed by the action and must be a variable. ${remedy}`,
    );
  }
  const isEnum = definition.type === 'enum' || definition.type === 'flags';
  if (isEnum && checkMember(to, argument, definition)) return;
  checkExpression(to, value, functionName);
  checkLiteral(to, argument, definition);
}

/** Answers whether the value was written as an enum member, right or wrong. */
function checkMember(to: Checking, { value, name }: Argument, definition: ArgumentDefinition): boolean {
  const { enum: enumName = '', members = [] } = definition;
  const names = dottedNames(value);
  const written = value.kind === 'text' ? value.value : names?.at(-1);
  if (written === undefined) return false;
  const isMember = members.some((member) => member.toLowerCase() === written.toLowerCase());
  const prefix = names?.slice(0, -1).join('.') ?? '';
  if (prefix === '' && value.kind !== 'text') {
    if (!isMember || to.defined.globals.has(written.toLowerCase())) return false;
    to.report.error(value, 'bare-enum-member', `Write ${enumName}.${written} in full.`);
    return true;
  }
  if (value.kind !== 'text' && prefix.toLowerCase() !== enumName.toLowerCase()) return false;
  if (isMember || (value.kind === 'text' && definition.type === 'flags')) return true;
  const hint = to.suggest(written, members) || ` There is ${members.join(', ')}.`;
  to.report.error(value, 'unknown-enum-member', `'${written}' is no value for ${name}.${hint}`);
  return true;
}

/** Literals that the designer takes and that fail when the flow runs. */
function checkLiteral(to: Checking, { value, name }: Argument, { type }: ArgumentDefinition): void {
  if (value.kind !== 'text') return;
  const isNumber = type === 'number' || type === 'integer';
  if (isNumber && parseNumber(value.value) === undefined) {
    to.report.warning(
      value,
      'will-not-convert',
      `${name} takes a number; '${value.value}' will fail when the flow runs.`,
    );
  }
  if (type === 'boolean' && parseBoolean(value.value) === undefined) {
    to.report.warning(
      value,
      'will-not-convert',
      `${name} takes True or False; '${value.value}' will fail when the flow runs.`,
    );
  }
}

function checkOutputs(to: Checking, call: ActionCallNode, form: SelectorDefinition): void {
  const names = Object.keys(form.outputs);
  for (const output of call.outputs) {
    if (names.some((name) => name.toLowerCase() === output.name.toLowerCase())) continue;
    if (output.isDynamic && form.takesDynamicArguments === true) continue;
    const hint = to.suggest(output.name, names) || ` It gives ${names.length === 0 ? 'none' : names.join(', ')}.`;
    to.report.error(output, 'unknown-output', `${call.id} has no output '${output.name}'.${hint}`);
  }
}
