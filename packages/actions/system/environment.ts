import { hostname, tmpdir, userInfo } from 'node:os';
import type { ActionCall, ActionContext, ActionDefinition } from '@deskhand/robin';
import { choice, output, text } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readChoice, readText } from '../declare/read-argument.ts';
import { systemErrors } from './errors.ts';

/**
 * What a flow changed in its environment, by run. Ours: on Windows the changes outlive the run, in the registry; here
 * they last as long as the run and reach the programs that it starts.
 */
const changes = new WeakMap<ActionContext, Map<string, string | undefined>>();

/** The environment for programs that the flow starts. */
export function environmentOf(context: ActionContext): Readonly<Record<string, string>> {
  const changed = changes.get(context);
  if (changed === undefined) return context.environment;
  const merged = new Map(Object.entries(context.environment));
  for (const [name, value] of changed) {
    if (value === undefined) merged.delete(name);
    else merged.set(name, value);
  }
  return Object.fromEntries(merged);
}

function change(context: ActionContext, name: string, value: string | undefined): void {
  const changed = changes.get(context) ?? new Map<string, string | undefined>();
  changes.set(context, changed.set(name, value));
}

/** Names that every Windows has, for flows that were written there. */
const windowsNames: Readonly<Record<string, (environment: Readonly<Record<string, string>>) => string | undefined>> = {
  USERPROFILE: (environment) => environment['HOME'],
  HOMEPATH: (environment) => environment['HOME'],
  USERNAME: (environment) => environment['USER'] ?? userInfo().username,
  COMPUTERNAME: () => hostname(),
  TEMP: (environment) => environment['TMPDIR'] ?? tmpdir(),
  TMP: (environment) => environment['TMPDIR'] ?? tmpdir(),
  APPDATA: (environment) => environment['XDG_CONFIG_HOME'] ?? below(environment['HOME'], '.config'),
  LOCALAPPDATA: (environment) => environment['XDG_DATA_HOME'] ?? below(environment['HOME'], '.local/share'),
};
const below = (home: string | undefined, path: string): string | undefined =>
  home === undefined ? undefined : `${home}/${path}`;

const scope = choice('System.EnvironmentVariableType', ['User', 'System']);
const permission = systemErrors.InsufficientPermissionsError;

const get: ActionDefinition = {
  id: 'System.GetEnvironmentVariable',
  title: 'Get Windows environment variable',
  summary:
    "A variable of the run's environment. Ours: names that only Windows has, such as USERPROFILE, USERNAME and TEMP, answer with what is meant; both scopes are one.",
  linux: 'process',
  errors: [systemErrors.EnvironmentVariableDoesNotExistError, permission],
  selectors: {
    GetEnvironmentVariable: {
      arguments: { Name: text() },
      outputs: { Value: output('text', 'EnvironmentVariableValue') },
      run: (call) => found(call),
    },
    GetEnvironmentVariableFromScope: {
      arguments: { Name: text(), Scope: scope },
      outputs: { Value: output('text', 'EnvironmentVariableValue') },
      run: (call) => found(call),
    },
  },
};

function found(call: ActionCall) {
  const name = readText(call, 'Name').trim();
  const environment = environmentOf(call.context);
  const same = Object.keys(environment).find((known) => known.toUpperCase() === name.toUpperCase());
  const value = environment[name] ?? environment[same ?? ''] ?? windowsNames[name.toUpperCase()]?.(environment);
  if (value !== undefined) return { outputs: { Value: value } };
  throw failure(systemErrors.EnvironmentVariableDoesNotExistError, `There is no environment variable '${name}'.`);
}

const set: ActionDefinition = {
  id: 'System.SetEnvironmentVariable',
  title: 'Set Windows environment variable',
  summary:
    'Sets a variable for the rest of the run and the programs it starts. Ours: on Windows it stays set afterwards.',
  linux: 'process',
  errors: [systemErrors.CannotSetEnvironmentVariableValueError, permission],
  selectors: {
    '': {
      arguments: { Name: text(), Value: text(), Type: scope },
      outputs: {},
      run: (call) => {
        const [name, value] = [readText(call, 'Name').trim(), readText(call, 'Value')];
        refuseSystemScope(call);
        if (name === '' || /[=\0]/.test(name) || value.includes('\0')) {
          throw failure(systemErrors.CannotSetEnvironmentVariableValueError, `'${name}' cannot be set.`);
        }
        change(call.context, name, value);
        return {};
      },
    },
  },
};

const remove: ActionDefinition = {
  id: 'System.DeleteEnvironmentVariable',
  title: 'Delete Windows environment variable',
  summary: 'Takes a variable away for the rest of the run. Ours: on Windows it stays away afterwards.',
  linux: 'process',
  errors: [systemErrors.FailedToDeleteEnvironmentVariableError, permission],
  selectors: {
    '': {
      arguments: { Name: text(), Type: scope },
      outputs: {},
      run: (call) => {
        const name = readText(call, 'Name').trim();
        refuseSystemScope(call);
        if (environmentOf(call.context)[name] === undefined) {
          throw failure(
            systemErrors.FailedToDeleteEnvironmentVariableError,
            `There is no environment variable '${name}'.`,
          );
        }
        change(call.context, name, undefined);
        return {};
      },
    },
  },
};

function refuseSystemScope(call: ActionCall): void {
  if (readChoice(call, 'Type') === 'User') return;
  throw failure(permission, "A flow cannot change the whole machine's environment; use the scope User.");
}

export const environmentActions = [get, set, remove];
