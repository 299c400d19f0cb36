/**
 * The action modules of desktop flows: each action declared once, with its selectors, arguments, outputs, error codes and
 * how it runs on Linux, and the context that a run hands to them. Absent on purpose: the language itself, which is
 * `packages/robin`; the runner, which chooses modules and makes the context; and any state of a run outside its context.
 */
import type { ActionModule } from '@deskhand/robin';
import { type KnownAction, readCatalogue } from './catalogue/known-actions.ts';
import { dateTimeModule } from './date-time/module.ts';
import { displayModule } from './display/module.ts';
import { fileModule } from './file/module.ts';
import { flowControlModule } from './flow-control/module.ts';
import { folderModule } from './folder/module.ts';
import { loggingModule } from './logging/module.ts';
import { scriptingModule } from './scripting/module.ts';
import { systemModule } from './system/module.ts';
import { textModule } from './text/module.ts';
import { variablesModule } from './variables/module.ts';
import { webModule } from './web/module.ts';

export type { KnownAction } from './catalogue/known-actions.ts';
export { type ActionContextOptions, createActionContext } from './context/create-action-context.ts';
export type { PathMappings } from './context/resolve-path.ts';
export type { DesktopDialogs } from './display/desktop-dialogs.ts';
export { createX11Dialogs } from './display/x11-dialogs.ts';

export const actionModules: readonly ActionModule[] = [
  variablesModule,
  textModule,
  dateTimeModule,
  fileModule,
  folderModule,
  flowControlModule,
  loggingModule,
  systemModule,
  scriptingModule,
  webModule,
  displayModule,
];

let known: readonly KnownAction[] | undefined;

/** The catalogue, with what is declared here in its own words. */
export const knownActions = (): readonly KnownAction[] => (known ??= withDeclared(readCatalogue(), actionModules));

function withDeclared(catalogue: readonly KnownAction[], modules: readonly ActionModule[]): readonly KnownAction[] {
  const byId = new Map(catalogue.map((action) => [action.id.toLowerCase(), action]));
  for (const { id, title, linux, selectors } of modules.flatMap((module) => module.actions)) {
    const names = Object.keys(selectors).filter((name) => name !== '');
    byId.set(id.toLowerCase(), { id, title, linux, selectors: names });
  }
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
