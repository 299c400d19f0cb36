import { homedir } from 'node:os';
import type { ActionContext, DialogService, LogLevel } from '@deskhand/robin';
import { noDialogs } from './no-dialogs.ts';
import { fileFactsIn } from './file-facts.ts';
import { createInstanceRegistry } from './instance-registry.ts';
import { type PathMappings, pathResolver } from './resolve-path.ts';

export interface ActionContextOptions {
  readonly signal: AbortSignal;
  /** Default: a run that is being cancelled is asked to stop, no other. */
  readonly stopRequested?: () => boolean;
  /** Default `en-US`: flows print dates the same wherever they run until somebody decides otherwise. */
  readonly culture?: string;
  /** Default: the zone of this machine. */
  readonly timeZone?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: the home folder. */
  readonly workingFolder?: string;
  /** Windows folders as they are written in flows → folders of this machine. */
  readonly pathMappings?: PathMappings;
  readonly now?: () => Date;
  readonly random?: () => number;
  /** Default: nowhere. */
  readonly log?: (level: LogLevel, message: string) => void;
  /** Default: no display, every dialog fails with `DialogUnavailableError`. */
  readonly dialogs?: DialogService;
}

/** Everything of the world that actions may use, for one run. The runner closes `instances` when the run ends. */
export function createActionContext(options: ActionContextOptions): ActionContext {
  const timeZone = options.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const workingFolder = options.workingFolder ?? homedir();
  const log = options.log ?? (() => undefined);
  return {
    signal: options.signal,
    stopRequested: options.stopRequested ?? (() => options.signal.aborted),
    now: options.now ?? (() => new Date()),
    random: options.random ?? Math.random,
    culture: options.culture ?? 'en-US',
    timeZone,
    environment: options.environment ?? definedOnly(process.env),
    workingFolder,
    resolvePath: pathResolver(workingFolder, options.pathMappings ?? {}),
    log,
    dialogs: options.dialogs ?? noDialogs,
    instances: createInstanceRegistry(log),
    fileFacts: fileFactsIn(timeZone),
  };
}

const definedOnly = (environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined));
