import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { throughRoot, VARIABLE_NAME, type Entrance } from './entrance.ts';

/**
 * For a session that is only being signed in: the kernel lets a process into a cgroup after a pause of ten to twenty
 * milliseconds, which this shell spends while PAM looks at the password. It is nobody's yet and knows no secret; at the
 * first line it becomes the account, and when the gateway has gone instead, it ends.
 */
const ENTER_LATER =
  'umask 022; if [ -n "$1" ]; then echo 0 >"$1/cgroup.procs" || exit 126; fi; shift; read -r _ || exit 0; exec "$@"';
/** Variables come as lines, up to an empty one, since what PAM sets is not known yet when the shell is started. */
const READ_VARIABLES = `
while IFS= read -r variable && [ -n "$variable" ]; do export "$variable"; done
cd "$HOME" 2>/dev/null || cd /
`;

/** A shell that waits in front of a session and will run a script in it. */
export interface Door {
  readonly child: ChildProcess;
  /** The session's variables, then what the script itself reads from its standard input, which stays open. */
  letIn(environment: Readonly<Record<string, string>>, ...lines: readonly string[]): void;
  /** False once somebody was let in or it was closed: a door is for one. */
  isOpen(): boolean;
  close(): void;
}

export function openDoor(entrance: Entrance, script: string, stdio: StdioOptions): Door {
  const [shell = '/bin/sh', ...args] = [
    ...throughRoot(entrance, ENTER_LATER),
    ...['/bin/sh', '-c', `${READ_VARIABLES}${script}`, 'deskhand-become'],
  ];
  const marker = entrance.environment['DESKHAND_SESSION'];
  const child = spawn(shell, args, {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', ...(marker === undefined ? {} : { DESKHAND_SESSION: marker }) },
    stdio,
    detached: true,
  });
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  let isOpen = true;
  return {
    child,
    isOpen: () => isOpen,
    letIn: (environment, ...lines) => {
      isOpen = false;
      const variables = Object.entries(environment).filter(isOneLine);
      const told = ['', ...variables.map(([name, value]) => `${name}=${value}`), '', ...lines];
      child.stdin?.write(`${told.join('\n')}\n`);
    },
    close: () => {
      if (isOpen) child.kill('SIGKILL');
      isOpen = false;
    },
  };
}

const isOneLine = ([name, value]: readonly [string, string]): boolean =>
  VARIABLE_NAME.test(name) && !value.includes('\n');
