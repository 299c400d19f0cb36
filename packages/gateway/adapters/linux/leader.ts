import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { constants, getPriority, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { makeCgroup } from '../../session-desktop/containment.ts';
import { isAlive, signalProcess, startTimeOf } from '../../session-desktop/process-facts.ts';
import { until } from '../../session-desktop/waiting.ts';
import type { LeaderAnswer, LeaderOrder } from './leader-protocol.ts';

export interface LeaderProgram {
  readonly nodePath: string;
  readonly leaderPath: string;
  /** A folder of root's where Node keeps compiled code: the leader then starts in half the time. */
  readonly compileCache: string;
  /** Where leaders live, so that stopping the gateway's own service does not stop them. */
  readonly cgroup: string | undefined;
}

export interface Leader {
  readonly pid: number;
  readonly startTime: string;
  /** Tells the leader that the session is written down; before that it ends together with the gateway. */
  confirm(): void;
}

export type LeaderStart =
  | { readonly ok: true; readonly leader: Leader; readonly answer: Extract<LeaderAnswer, { ok: true }> }
  | { readonly ok: false; readonly answer: Extract<LeaderAnswer, { ok: false }> | 'cancelled' | 'failed' };

export interface LeaderRequest {
  readonly order: Omit<LeaderOrder, 'passwordBytes'>;
  /** Undefined: nobody is authenticated. */
  readonly password: string | undefined;
  readonly signal: AbortSignal;
}

type LeaderProcess = ChildProcessByStdio<Writable, Readable, null>;

const END_TIMEOUT_MS = 5_000;
const HEAP_MEGABYTES = 32;

/**
 * Starts session leaders, and keeps one in reserve that has everything loaded and waits for its order: a third of a
 * sign-in would otherwise be the start of a program. The one in reserve ends with the gateway.
 */
export class Leaders {
  private readonly program: LeaderProgram;
  private reserve: LeaderProcess | undefined;

  constructor(program: LeaderProgram) {
    this.program = program;
  }

  prepare(): void {
    if (this.reserve !== undefined && this.reserve.exitCode === null && this.reserve.signalCode === null) return;
    const child = launch(this.program);
    yieldToOthers(child.pid);
    child.unref();
    for (const stream of [child.stdin, child.stdout]) (stream as unknown as Socket).unref();
    this.reserve = child;
  }

  async start(request: LeaderRequest): Promise<LeaderStart> {
    const child = this.take();
    const { pid } = child;
    if (pid === undefined) return { ok: false, answer: 'failed' };
    const startTime = startTimeOf(pid) ?? '';
    const answer = await answerOf(child, request);
    if (typeof answer === 'string' || !answer.ok) {
      // One that hangs in a directory's answer hears no other signal; it has opened nothing yet.
      child.kill('SIGKILL');
      return { ok: false, answer };
    }
    child.unref();
    return { ok: true, answer, leader: { pid, startTime, confirm: () => child.stdin.write('\n') } };
  }

  private take(): LeaderProcess {
    const child = this.reserve;
    this.reserve = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return launch(this.program);
    hurry(child.pid);
    child.ref();
    for (const stream of [child.stdin, child.stdout]) (stream as unknown as Socket).ref();
    return child;
  }
}

/** One in reserve starts in the shadow of whatever else is starting, such as the display of the session before. */
function yieldToOthers(pid: number | undefined): void {
  setPriorityOf(pid, constants.priority.PRIORITY_LOW);
}

function hurry(pid: number | undefined): void {
  setPriorityOf(pid, getPriority());
}

function setPriorityOf(pid: number | undefined, priority: number): void {
  try {
    if (pid !== undefined) setPriority(pid, priority);
  } catch {
    // It has ended, or may not be preferred again: then it is only slower.
  }
}

function launch({ nodePath, leaderPath, compileCache, cgroup }: LeaderProgram): LeaderProcess {
  const flags = ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${HEAP_MEGABYTES}`];
  const child = spawn(nodePath, [...flags, leaderPath], {
    cwd: '/',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', NODE_COMPILE_CACHE: compileCache },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  if (child.pid !== undefined) moveToCgroup(child.pid, cgroup);
  return child;
}

function moveToCgroup(pid: number, cgroup: string | undefined): void {
  if (cgroup === undefined || !makeCgroup(cgroup)) return;
  try {
    writeFileSync(`${cgroup}/cgroup.procs`, String(pid));
  } catch {
    // It then lives and ends with the gateway's own cgroup.
  }
}

function answerOf(
  child: LeaderProcess,
  { order, password, signal }: LeaderRequest,
): Promise<LeaderAnswer | 'cancelled' | 'failed'> {
  return new Promise((resolve) => {
    const cancelled = (): void => resolve('cancelled');
    signal.addEventListener('abort', cancelled);
    if (signal.aborted) cancelled();
    child.on('error', () => resolve('failed'));
    child.on('close', () => resolve('failed'));
    createInterface({ input: child.stdout }).once('line', (line) => {
      signal.removeEventListener('abort', cancelled);
      resolve(JSON.parse(line) as LeaderAnswer);
    });
    const bytes = password === undefined ? undefined : Buffer.from(password);
    const whole: LeaderOrder = { ...order, passwordBytes: bytes?.length ?? null };
    const message = Buffer.concat([Buffer.from(`${JSON.stringify(whole)}\n`), bytes ?? Buffer.alloc(0)]);
    bytes?.fill(0);
    child.stdin.write(message, () => message.fill(0));
  });
}

/** Ends a leader found by its number and start time: it closes the PAM session and gives the lock back. */
export async function endLeader(leader: { readonly pid: number; readonly startTime: string }): Promise<void> {
  signalProcess(leader, 'SIGTERM');
  if (await until(() => !isAlive(leader), END_TIMEOUT_MS)) return;
  signalProcess(leader, 'SIGKILL');
  await until(() => !isAlive(leader), END_TIMEOUT_MS);
}
