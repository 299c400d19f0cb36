import type { Statement, Subflow } from '../syntax/nodes.ts';
import { childrenOf, handlersOf } from '../syntax/walk.ts';
import type { Checking } from './checking.ts';

/** Rules about where statements stand and what they name: labels, subflows, loops, handlers. */
export function checkStructure(to: Checking): void {
  const names = new Set<string>();
  for (const subflow of to.flow.subflows) {
    const key = subflow.name.toLowerCase();
    if (names.has(key)) {
      to.report.error(subflow, 'duplicate-subflow', `There are two subflows named '${subflow.name}'; rename one.`);
    }
    names.add(key);
    const labels = collectLabels(to, subflow);
    visit(to, subflow.body, { subflow, labels, path: [], isInLoop: false, isInHandler: false });
  }
}

interface Site {
  readonly subflow: Subflow;
  /** Path of bodies to each label, by lower-case name. */
  readonly labels: ReadonlyMap<string, LabelSite>;
  readonly path: readonly (readonly Statement[])[];
  readonly isInLoop: boolean;
  readonly isInHandler: boolean;
}
interface LabelSite {
  readonly name: string;
  readonly path: Site['path'];
}

function collectLabels(to: Checking, subflow: Subflow): Map<string, LabelSite> {
  const labels = new Map<string, LabelSite>();
  const collect = (body: readonly Statement[], path: Site['path']): void => {
    for (const statement of body) {
      if (statement.kind === 'label') {
        const key = statement.name.toLowerCase();
        if (!labels.has(key)) labels.set(key, { name: statement.name, path });
        else
          to.report.error(statement, 'duplicate-label', `The label '${statement.name}' stands twice in this subflow.`);
      }
      for (const inner of childrenOf(statement)) collect(inner, [...path, inner]);
    }
  };
  collect(subflow.body, []);
  return labels;
}

function visit(to: Checking, body: readonly Statement[], site: Site): void {
  for (const statement of body) {
    checkPlace(to, statement, site);
    const handlerBodies = new Set(handlersOf(statement).map((handler) => handler.body));
    const isLoop = statement.kind === 'foreach' || statement.kind === 'for' || statement.kind === 'while';
    for (const inner of childrenOf(statement)) {
      const isInHandler = site.isInHandler || handlerBodies.has(inner as Statement[]);
      const isInLoop = site.isInLoop || (isLoop && !isInHandler);
      visit(to, inner, { ...site, path: [...site.path, inner], isInLoop, isInHandler });
    }
  }
}

function checkPlace(to: Checking, statement: Statement, site: Site): void {
  if (site.isInHandler) checkHandlerStatement(to, statement);
  switch (statement.kind) {
    case 'goto':
      return checkGoto(to, statement, site);
    case 'call':
      return checkCall(to, statement);
    case 'exit-loop':
    case 'next-loop':
      if (!site.isInLoop) to.report.error(statement, 'outside-loop', 'This row belongs inside a LOOP.');
      return;
    case 'exit-function':
      if (site.subflow === to.flow.main && site.subflow.name.toLowerCase() === 'main') {
        to.report.repair(statement, 'exit-function-in-main', 'EXIT FUNCTION leaves a subflow; end the flow with EXIT.');
      }
      return;
    case 'throw':
      if (!site.isInHandler) {
        to.report.warning(statement, 'throw-outside-handler', 'THROW ERROR belongs into ON ERROR or ON BLOCK ERROR.');
      }
      return;
    case 'set':
      return checkShadow(to, statement, site);
    default:
      return;
  }
}

const allowedInHandlers: ReadonlySet<Statement['kind']> = new Set([
  ...(['set', 'call', 'goto', 'throw', 'comment', 'disabled', 'invalid', 'region', 'end-region'] as const),
]);

function checkHandlerStatement(to: Checking, statement: Statement): void {
  if (allowedInHandlers.has(statement.kind)) return;
  const remedy = 'Set a variable there and act on it afterwards, or call a subflow.';
  to.report.repair(statement, 'not-in-handler', `A handler may hold SET, CALL, GOTO and THROW ERROR only. ${remedy}`);
}

type StatementOf<K extends Statement['kind']> = Extract<Statement, { readonly kind: K }>;

function checkGoto(to: Checking, statement: StatementOf<'label' | 'goto'>, site: Site): void {
  const label = site.labels.get(statement.name.toLowerCase());
  if (label === undefined) {
    const hint = to.suggest(statement.name, namesOf(site.labels.values()));
    to.report.error(statement, 'unknown-label', `This subflow has no label '${statement.name}'.${hint}`);
  } else if (!label.path.every((body, depth) => site.path[depth] === body)) {
    const remedy = 'Put the label outside, or in a place that also holds the GOTO.';
    to.report.error(statement, 'jump-into-block', `'${statement.name}' stands inside another block or loop. ${remedy}`);
  }
}

function checkCall(to: Checking, statement: StatementOf<'call'>): void {
  const callee = to.subflows.get(statement.name.toLowerCase());
  if (callee === undefined) {
    const hint = to.suggest(statement.name, namesOf(to.flow.subflows));
    const remedy = hint === '' ? ' Add it as FUNCTION … END FUNCTION.' : hint;
    to.report.error(statement, 'unknown-subflow', `There is no subflow '${statement.name}'.${remedy}`);
  } else if (callee.isGlobal && statement.inputs.length + statement.outputs.length > 0) {
    const remedy = 'Set variables before the call, or make it a function without GLOBAL.';
    to.report.error(statement, 'subflow-takes-no-arguments', `'${callee.name}' shares the flow's variables. ${remedy}`);
  }
}

/** Forgetting `GLOBAL.` in a local function makes a variable of its own, silently. */
function checkShadow(to: Checking, statement: StatementOf<'set'>, { subflow }: Site): void {
  const { name, isGlobal } = statement.target;
  if (subflow.isGlobal || isGlobal || !to.defined.globals.has(name.toLowerCase())) return;
  if ([...subflow.inputs, ...subflow.outputs].some((one) => one.name.toLowerCase() === name.toLowerCase())) return;
  const message = `This sets a variable of the function; the flow's own is GLOBAL.${name}.`;
  to.report.info(statement, 'shadows-flow-variable', message);
}

function* namesOf(things: Iterable<{ readonly name: string }>): Generator<string> {
  for (const { name } of things) yield name;
}
