import {
  type ActionContext,
  type ActionModule,
  type ActionResult,
  type ArgumentValue,
  toNumber,
} from '@deskhand/robin';
import { createActionContext, type ActionContextOptions } from './context/create-action-context.ts';

/** A context for tests: a fixed clock, en-US, no environment but the PATH. */
export const testContext = (options: Partial<ActionContextOptions> = {}): ActionContext =>
  createActionContext({
    signal: new AbortController().signal,
    timeZone: 'Europe/Berlin',
    environment: { PATH: process.env['PATH'] ?? '', HOME: '/tmp' },
    now: () => new Date('2026-11-23T07:00:00.000Z'),
    random: () => 0.5,
    log: () => undefined,
    ...options,
  });

export type Run = (
  id: string,
  values?: Readonly<Record<string, ArgumentValue>>,
  context?: ActionContext,
) => ActionResult | Promise<ActionResult>;

/**
 * Calls an action by its full id, selector included, as the interpreter would: defaults are filled in, and what the
 * declaration does not know is an error.
 */
export const runner =
  (module: ActionModule): Run =>
  (id, values = {}, context = testContext()) => {
    const { selector, action } = findSelector(module, id);
    const declared = action.selectors[selector];
    if (declared === undefined) throw new Error(`${id} has no selector '${selector}'`);
    const unknown = Object.keys(values).find((name) => declared.arguments[name] === undefined);
    if (unknown !== undefined) throw new Error(`${id} has no argument ${unknown}`);
    const filled = Object.entries(declared.arguments).map(([name, argument]) => {
      const given = name in values ? values[name] : argument.default;
      if (given === undefined && !(name in values)) throw new Error(`${id} needs ${name}`);
      const value = given === null ? undefined : given;
      return [name, argument.type === 'number' && typeof value === 'string' ? toNumber(value) : value] as const;
    });
    const call = { arguments: Object.fromEntries(filled), dynamic: new Map(), selector, context };
    return checked(id, declared.outputs, declared.run(call));
  };

function findSelector(module: ActionModule, id: string) {
  for (const action of module.actions) {
    if (action.id === id) return { action, selector: '' };
    if (id.startsWith(`${action.id}.`)) return { action, selector: id.slice(action.id.length + 1) };
  }
  throw new Error(`no action ${id} in ${module.name}`);
}

function checked(
  id: string,
  outputs: Readonly<Record<string, unknown>>,
  result: ActionResult | Promise<ActionResult>,
): ActionResult | Promise<ActionResult> {
  if (result instanceof Promise) return result.then((value) => checked(id, outputs, value));
  const undeclared = Object.keys(result.outputs ?? {}).find((name) => !(name in outputs));
  if (undeclared !== undefined) throw new Error(`${id} answered ${undeclared}, which it does not declare`);
  return result;
}
