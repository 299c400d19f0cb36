import type { RobinValue } from './values.ts';

/**
 * The declaration of an action: written once in `packages/actions`, it drives the checker, the docs, the editor and the
 * run. `robin` knows declarations only by this shape.
 */
export interface ActionModule {
  /** The first part of the action's name in Robin, for example `File`. */
  readonly name: string;
  readonly title: string;
  readonly actions: readonly ActionDefinition[];
}

/** How an action can run on Linux; `windows` ones are reported before the run, with their line (robin.md §9). */
export type LinuxClass = 'core' | 'library' | 'browser' | 'process' | 'desktop-x11' | 'service' | 'windows';

export interface ActionDefinition {
  /** `Module.Action`, without the selector. */
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly linux: LinuxClass;
  /** Ids of older versions that mean this action, with the selector when it is fixed: `Display.ShowMessage`. */
  readonly aliases?: readonly string[];
  /** By selector name; the key `''` is the form without one. Each selector fixes its own set of arguments. */
  readonly selectors: Readonly<Record<string, SelectorDefinition>>;
  /** Error codes the action may raise, in Power Automate's names: `FileNotFoundError`. */
  readonly errors: readonly ActionErrorCode[];
  /** True when it may stand in `IF ( … ) THEN` and `WAIT ( … )`; `run` then answers with `{ holds }`. */
  readonly isCondition?: boolean;
  /** Why it cannot run on this machine now, when that can be told before the run (for example pwsh is missing). */
  readonly unavailable?: () => string | undefined;
}

export interface ActionErrorCode {
  readonly code: string;
  readonly title: string;
}

export interface SelectorDefinition {
  readonly arguments: Readonly<Record<string, ArgumentDefinition>>;
  readonly outputs: Readonly<Record<string, OutputDefinition>>;
  /** True when `@Name: value` / `@Name=> Var` of any name are taken (robin.md §3.1). */
  readonly takesDynamicArguments?: boolean;
  /** Synchronous unless the action waits for something: a promise costs the interpreter a turn of the loop. */
  readonly run: (call: ActionCall) => ActionResult | Promise<ActionResult>;
}

export type ArgumentType =
  | 'any'
  | 'text'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'datetime'
  | 'list'
  | 'datatable'
  | 'datarow'
  | 'object'
  /** A path of this machine after coercion and mapping; one path each. */
  | 'file'
  | 'folder'
  /** Lists of paths; a single item counts as a list of one. */
  | 'files'
  | 'folders'
  | 'binary'
  | 'secret'
  | 'instance'
  /** Reaches `run` as the member's name in its declared spelling. */
  | 'enum'
  /** Reaches `run` as the sum of flags' names: a readonly string[]. */
  | 'flags';

export interface ArgumentDefinition {
  readonly type: ArgumentType;
  /** The qualified enum of Robin, for types `enum` and `flags`: `File.TextFileEncoding`. */
  readonly enum?: string;
  readonly members?: readonly string[];
  /** Left out: the argument must be given. `null` means that it may be left out and arrives as undefined. */
  readonly default?: RobinValue | null;
  /** The argument is a variable which the action changes in place (robin.md §3 item 11); it counts as a definition. */
  readonly inPlace?: boolean;
  readonly summary?: string;
}

export interface OutputDefinition {
  readonly type: Exclude<ArgumentType, 'enum' | 'flags' | 'files' | 'folders'> | 'error';
  /** The variable name that the designer proposes. */
  readonly defaultName?: string;
  readonly summary?: string;
}

/** What one call receives: arguments already coerced to their declared types, defaults filled in. */
export interface ActionCall {
  /** By the declared spelling of the argument's name. Text → string, number/integer → number, list → ListValue, … */
  readonly arguments: Readonly<Record<string, ArgumentValue>>;
  readonly dynamic: ReadonlyMap<string, RobinValue>;
  readonly selector: string;
  readonly context: ActionContext;
}
export type ArgumentValue = RobinValue | readonly string[] | undefined;

export interface ActionResult {
  /** By output name; an output that the flow does not bind is dropped. */
  readonly outputs?: Readonly<Record<string, RobinValue>>;
  /** New values of in-place arguments, by argument name. */
  readonly changed?: Readonly<Record<string, RobinValue>>;
  /** For conditions: whether it holds. */
  readonly holds?: boolean;
}

/** What an action may use of the world. Made by the runner; a test makes its own. */
export interface ActionContext {
  /** Aborted when the run is cancelled or timed out; every wait of an action ends then. */
  readonly signal: AbortSignal;
  /** Whether somebody asked the flow to stop at its next safe place. Left out: only a cancelled run counts. */
  readonly stopRequested?: () => boolean;
  readonly now: () => Date;
  readonly random: () => number;
  /** Culture for printing and parsing dates and numbers, for example `en-US`. */
  readonly culture: string;
  /** IANA zone of the machine. */
  readonly timeZone: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Folder that relative paths start from. */
  readonly workingFolder: string;
  /**
   * A path as written in the flow → a path of this machine. A Windows path goes through the declared mapping; without
   * one it raises `WindowsPathError` with the remedy.
   */
  readonly resolvePath: (written: string) => string;
  readonly log: (level: LogLevel, message: string) => void;
  /** Asks the person at the screen; rejects with `DialogUnavailableError` where there is no display. */
  readonly dialogs: DialogService;
  /** Handles of instances by module, so that they are closed when the run ends. */
  readonly instances: InstanceRegistry;
  /** What the disk says about a path now; File and Folder properties read it. Left out: nothing exists. */
  readonly fileFacts?: (path: string) => FileFacts | undefined;
}
/** Times are wall-clock readings like `DatetimeValue.wallMs`. */
export interface FileFacts {
  readonly exists: boolean;
  readonly sizeBytes?: number;
  readonly createdWallMs?: number;
  readonly accessedWallMs?: number;
  readonly modifiedWallMs?: number;
  readonly isHidden?: boolean;
  readonly isReadOnly?: boolean;
  /** Of a folder: how many files and folders it holds directly. */
  readonly filesCount?: number;
  readonly foldersCount?: number;
}
export type LogLevel = 'info' | 'warning' | 'error';

export interface InstanceRegistry {
  readonly open: (type: string, resource: unknown, close: () => void | Promise<void>) => number;
  readonly get: (type: string, handle: number) => unknown;
  readonly close: (type: string, handle: number) => Promise<void>;
  readonly closeAll: () => Promise<void>;
}

export interface DialogService {
  readonly message: (dialog: MessageDialog, signal: AbortSignal) => Promise<{ button: string }>;
}
export interface MessageDialog {
  readonly title: string;
  readonly text: string;
  readonly icon: 'None' | 'Information' | 'Question' | 'WarningIcon' | 'ErrorIcon';
  /** Names of the buttons in order, for example `['Yes', 'No']`. */
  readonly buttons: readonly string[];
  readonly defaultButton: number;
  readonly alwaysOnTop: boolean;
  /** Closes by itself after so many seconds, answering with the default button. */
  readonly closeAfterSeconds?: number;
}

/** An expected failure of an action: what the flow's `ON ERROR` sees. Anything else thrown is a defect of the module. */
export class ActionError extends Error {
  readonly code: string;
  readonly details: string;
  constructor(code: string, message: string, details = '') {
    super(message);
    this.code = code;
    this.details = details;
  }
}
