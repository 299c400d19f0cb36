import type { ActionModule } from '../interpret/action.ts';
import type { ActionIndex } from '../interpret/action-index.ts';
import type { ElementStore } from '../interpret/ui-elements.ts';
import type { Mode, Reporter } from '../syntax/diagnostic.ts';
import type { Flow, Subflow } from '../syntax/nodes.ts';
import type { Suggest } from './did-you-mean.ts';

/** An action that Power Automate has, whether it is built here or not. */
export interface KnownAction {
  /** `Module.Action`, without selector. */
  readonly id: string;
  /** How it could run on Linux; `windows…` means never. */
  readonly linux: string;
  /** Names of selectors that are known; more may exist. */
  readonly selectors?: readonly string[];
}

export interface CheckOptions {
  readonly modules: readonly ActionModule[];
  /** The catalogue of Power Automate, so that an action that is not built here is told from one that does not exist. */
  readonly knownActions?: () => readonly KnownAction[];
  readonly mode?: Mode;
  /** Windows folder → folder of the machine, where one is declared. */
  readonly pathMapping?: Readonly<Record<string, string>>;
}

/** What the rules look things up in. */
export interface Checking {
  readonly flow: Flow;
  readonly report: Reporter;
  readonly actions: ActionIndex;
  /** Made when first asked for, which a flow without a mistake does not. */
  readonly catalogue: () => Catalogue;
  /** Whether some declared folder stands for this path of Windows, or may once its variables are known. */
  readonly isMapped: (path: string) => boolean;
  readonly defined: DefinedVariables;
  /** The elements behind the actions; undefined where the text has none. */
  readonly elements: ElementStore | undefined;
  /** By lower-case name. */
  readonly subflows: ReadonlyMap<string, Subflow>;
  readonly suggest: Suggest;
  /** Variables already reported, so that each is told once. */
  readonly reported: Set<string>;
}
export interface Catalogue {
  /** By lower-case id. */
  readonly known: ReadonlyMap<string, KnownAction>;
  readonly moduleNames: ReadonlySet<string>;
}
export interface DefinedVariables {
  readonly globals: ReadonlyMap<string, string>;
  readonly locals: ReadonlyMap<string, ReadonlyMap<string, string>>;
}
