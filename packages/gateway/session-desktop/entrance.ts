import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import type { SessionAccount } from '../ports/session-host.ts';

export const VARIABLE_NAME = /^[A-Za-z_]\w*$/;

/** How a program gets into a session: held by which cgroup, as which account, with which limits. */
export interface Entrance {
  readonly account: SessionAccount;
  /** Empty where the session has none. */
  readonly cgroup: string;
  /** False where the gateway already is the account. */
  readonly changeUser: boolean;
  /** An account that has been removed from the machine is in no group that could be looked up. */
  readonly groups?: 'none';
  /** Arguments of prlimit that give the limits PAM set for the account. */
  readonly limits: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface EnteringProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdio: StdioOptions;
}

// The first shell is still the gateway's account: it enters the cgroup, so that nothing of the program runs outside it.
const ENTER = 'umask 022; if [ -n "$1" ]; then echo 0 >"$1/cgroup.procs" || exit 126; fi; shift; exec "$@"';
// The second one is already the session's account: only here do the session's own variables take effect and is its home
// folder opened. Values are exported as they are and never evaluated.
const BECOME = `
count=$1; shift
while [ "$count" -gt 0 ]; do
  count=$((count - 1))
  eval "export \\"\\$DESKHAND_VARIABLE_$count\\""
  unset "DESKHAND_VARIABLE_$count"
done
unset count
cd "$HOME" 2>/dev/null || cd /
exec "$@"
`;

export function entranceCommand(entrance: Entrance, program: EnteringProgram): readonly string[] {
  return [
    ...throughRoot(entrance, ENTER),
    '/bin/sh',
    '-c',
    BECOME,
    'deskhand-become',
    String(variablesOf(entrance, program).length),
    program.command,
    ...program.args,
  ];
}

/** The steps up to the account, the first of them in the script that is given. */
export function throughRoot(
  { account, cgroup, changeUser, groups, limits }: Entrance,
  first: string,
): readonly string[] {
  const asAccount = [
    '/usr/bin/setpriv',
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    groups === 'none' ? '--clear-groups' : '--init-groups',
    '--inh-caps=-all',
    '--',
  ];
  return [
    '/bin/sh',
    '-c',
    first,
    'deskhand-enter',
    cgroup,
    ...(changeUser && limits.length > 0 ? ['/usr/bin/prlimit', ...limits, '--'] : []),
    ...(changeUser ? asAccount : []),
  ];
}

/**
 * The steps that still run as root get no variable of the session's under its own name: some name files that a linker or
 * a translation would open, and a person's session may hold anything.
 */
export function entranceEnvironment(
  entrance: Entrance,
  program: Pick<EnteringProgram, 'environment'>,
): Record<string, string> {
  const carried = variablesOf(entrance, program).map(([name, value], index) => [
    `DESKHAND_VARIABLE_${index}`,
    `${name}=${value}`,
  ]);
  // The marker is there from the first moment, so that a sweep meets a program that is only just entering.
  const marker = entrance.environment['DESKHAND_SESSION'];
  return {
    PATH: '/usr/bin:/bin',
    ...(marker === undefined ? {} : { DESKHAND_SESSION: marker }),
    ...Object.fromEntries(carried),
  };
}

function variablesOf(
  entrance: Entrance,
  program: Pick<EnteringProgram, 'environment'>,
): readonly (readonly [string, string])[] {
  return Object.entries({ ...entrance.environment, ...program.environment }).filter(([name]) =>
    VARIABLE_NAME.test(name),
  );
}

/** Each program leads its own process session, so that no signal of the gateway's terminal reaches it. */
export function enter(entrance: Entrance, program: EnteringProgram): ChildProcess {
  const [shell = '/bin/sh', ...args] = entranceCommand(entrance, program);
  return spawn(shell, args, {
    cwd: '/',
    env: entranceEnvironment(entrance, program),
    stdio: program.stdio,
    detached: true,
  });
}

/** What every program of an account's session finds, before display and bus are known. */
export function accountEnvironment(account: SessionAccount): Record<string, string> {
  return {
    HOME: account.home,
    USER: account.user,
    LOGNAME: account.user,
    SHELL: account.shell,
    PATH: '/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games',
    LANG: 'C.UTF-8',
  };
}

const LIMIT_OPTIONS: Readonly<Record<string, string>> = {
  'Max cpu time': 'cpu',
  'Max file size': 'fsize',
  'Max data size': 'data',
  'Max stack size': 'stack',
  'Max core file size': 'core',
  'Max resident set': 'rss',
  'Max processes': 'nproc',
  'Max open files': 'nofile',
  'Max locked memory': 'memlock',
  'Max address space': 'as',
  'Max file locks': 'locks',
  'Max pending signals': 'sigpending',
  'Max msgqueue size': 'msgqueue',
  'Max nice priority': 'nice',
  'Max realtime priority': 'rtprio',
};

/** /proc/…/limits as arguments of prlimit; only what differs from our own limits, since all else is inherited. */
export function limitArguments(wanted: string, own: string): readonly string[] {
  const current = parseLimits(own);
  return [...parseLimits(wanted)].flatMap(([name, limits]) => {
    const option = LIMIT_OPTIONS[name];
    return option === undefined || current.get(name) === limits ? [] : [`--${option}=${limits}`];
  });
}

function parseLimits(text: string): ReadonlyMap<string, string> {
  const limits = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^(Max [a-z ]+?)\s{2,}(\d+|unlimited)\s+(\d+|unlimited)/.exec(line);
    if (match) limits.set(match[1] ?? '', `${match[2]}:${match[3]}`);
  }
  return limits;
}
