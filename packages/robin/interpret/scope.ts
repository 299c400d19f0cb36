import type { Flow } from '../syntax/nodes.ts';
import type { ActionIndex } from './action-index.ts';
import { definedNames } from './definitions.ts';
import type { ElementStore } from './ui-elements.ts';

/** Variable names → slots. Names are case-insensitive; the first spelling stays for display. */
export class SlotTable {
  readonly names: string[] = [];
  readonly #slots = new Map<string, number>();

  slotOf(name: string): number {
    const key = name.toLowerCase();
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    this.#slots.set(key, this.names.length);
    return this.names.push(name) - 1;
  }

  has(name: string): boolean {
    return this.#slots.has(name.toLowerCase());
  }
}

/** What a piece of the flow can see. */
export interface Scope {
  readonly globals: SlotTable;
  /** The function's own variables; undefined in GLOBAL subflows. */
  readonly locals: SlotTable | undefined;
  readonly isSensitive: (name: string) => boolean;
  readonly elements: ElementStore;
}

export const visible = (scope: Scope): SlotTable => scope.locals ?? scope.globals;

/** One table for the flow and one for each local function, by lower-case name, with every defined name in it. */
export function createSlots(flow: Flow, actions: ActionIndex) {
  const globals = new SlotTable();
  const locals = new Map<string, SlotTable>();
  for (const subflow of flow.subflows) if (!subflow.isGlobal) locals.set(subflow.name.toLowerCase(), new SlotTable());
  for (const { name, functionName } of definedNames(flow, actions)) {
    const table = functionName === undefined ? globals : locals.get(functionName);
    table?.slotOf(name);
  }
  return { globals, locals };
}
