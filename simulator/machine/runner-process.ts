import type { ChannelEvent } from '@deskhand/gateway/ports/runner-channels.ts';
import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import {
  RUNNER_CANCEL_GRACE_MS,
  type RunnerCommand,
  type RunnerResult,
  type RunnerStart,
} from '@deskhand/protocol/runner.ts';
import type { Life } from '../world/life.ts';
import { WORLD_BEGINS_MS } from '../world/machine-clock.ts';
import { type FlowPlan, planOf } from './flow-behaviour.ts';
import type { MachineChannels, OpenedChannel } from './machine-channels.ts';
import type { SpoolFile } from './spool-files.ts';

const RUNNER_STARTS_MS = 90;
const LINGER_MAX_MS = 10_000;

/** What a process needs of the machine that it runs on. */
interface Surroundings {
  readonly timeline: { readonly nowMs: number };
  readonly bootId: string;
  readonly power: Life;
  readonly channels: MachineChannels;
  leaveChild(sessionId: string): void;
  processEnded(runner: RunnerProcess): void;
}

/** One process on a machine that runs a flow as the plan in its script says. */
export class RunnerProcess {
  readonly pid: number;
  readonly startTime: string;
  readonly user: string;
  readonly sessionId: string;
  readonly runId: string;
  readonly attempt: number;
  readonly beganMs: number;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  readonly #machine: Surroundings;
  readonly #start: RunnerStart;
  readonly #plan: FlowPlan;
  readonly #spool: SpoolFile;
  readonly #end: (how: { code: number | null; signal: string | null }) => void;
  #channel: OpenedChannel | undefined;
  wasEndedByForce = false;
  #isOver = false;
  #hasStarted = false;
  #isTold = false;
  #linesWritten = 0;

  constructor(
    machine: Surroundings,
    of: { pid: number; session: { readonly id: string; readonly user: string }; start: RunnerStart; spool: SpoolFile },
  ) {
    this.#machine = machine;
    this.#start = of.start;
    this.#spool = of.spool;
    this.#plan = planOf(of.start.script);
    this.pid = of.pid;
    this.user = of.session.user;
    this.sessionId = of.session.id;
    this.runId = of.start.runId;
    this.attempt = of.start.attempt;
    this.beganMs = machine.timeline.nowMs;
    this.startTime = `${machine.bootId}-${String(of.pid)}`;
    const { promise, resolve } = Promise.withResolvers<{ code: number | null; signal: string | null }>();
    this.exited = promise;
    this.#end = resolve;
    this.#later(RUNNER_STARTS_MS, () => this.#begin());
  }

  get socketPath(): string {
    return this.#start.channel?.socketPath ?? '';
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The kernel ends it, whatever it is at. */
  endByForce(signal = 'SIGKILL'): void {
    this.wasEndedByForce = true;
    this.#exit(null, signal);
  }

  #hear(command: RunnerCommand): void {
    if (this.#isOver) return;
    if (command.type === 'welcome') {
      if (this.#hasStarted) this.#say({ type: 'started', uid: 1001, display: ':100' });
      if (this.#linesWritten > 0) this.#say({ type: 'spooled', lastLogSeq: this.#linesWritten });
      if (this.#spool.result !== null) this.#say({ type: 'result', result: this.#spool.result });
    } else if (command.type === 'cancel') this.#stop();
    else if (command.type === 'resultTaken') this.#later(10, () => this.#exit(0, null));
  }

  #begin(): void {
    this.knock();
    this.#hasStarted = true;
    this.#say({ type: 'started', uid: 1001, display: ':100' });
    const { behaviour, durationMs, lines } = this.#plan;
    for (let line = 1; line <= Math.min(lines, 40); line += 1) {
      this.#later((durationMs * line) / (Math.min(lines, 40) + 1), () => this.#writeLines(Math.ceil(lines / 40)));
    }
    if (behaviour === 'hangs' || behaviour === 'waits') return;
    this.#later(durationMs, () => this.#finish());
  }

  /** Connects to its gateway, and again when there is another one. */
  knock(): void {
    if (this.#isOver || this.#start.channel === null) return;
    const { socketPath, secret } = this.#start.channel;
    const channel = this.#machine.channels.connect(socketPath, secret, (command) => this.#hear(command));
    if (channel === undefined || channel === this.#channel) return;
    this.#channel = channel;
    channel.tell((on) => on.hello({ pid: this.pid }));
  }

  #finish(): void {
    switch (this.#plan.behaviour) {
      case 'crashes':
        this.#exit(null, 'SIGSEGV');
        return;
      case 'exits-without-result':
        this.#exit(0, null);
        return;
      case 'tells-by-spool':
        this.#spool.result = this.#result('succeeded');
        this.#exit(0, null);
        return;
      case 'leaves-child':
        this.#machine.leaveChild(this.sessionId);
        this.#tellResult('succeeded');
        return;
      default:
        this.#tellResult(this.#plan.behaviour === 'fails' ? 'failed' : 'succeeded');
    }
  }

  #stop(): void {
    if (this.#isTold || this.#plan.behaviour === 'hangs' || this.#spool.result !== null) return;
    this.#isTold = true;
    if (this.#plan.behaviour === 'stops-late')
      this.#later(3 * RUNNER_CANCEL_GRACE_MS, () => this.#tellResult('succeeded'));
    else this.#later(200, () => this.#tellResult('cancelled'));
  }

  /** On disk before it is said; then it waits until somebody took it. */
  #tellResult(state: RunnerResult['state']): void {
    if (this.#spool.result !== null) return;
    this.#spool.result = this.#result(state);
    this.#say({ type: 'result', result: this.#spool.result });
    this.#later(LINGER_MAX_MS, () => this.#exit(0, null));
  }

  #result(state: RunnerResult['state']): RunnerResult {
    const error = state === 'failed' ? { code: 'ActionFailed', message: 'An action failed.', details: '' } : null;
    return { state, outputs: {}, error, lastLogSeq: this.#linesWritten, logLinesLost: 0 };
  }

  #writeLines(count: number): void {
    if (this.#spool.result !== null) return;
    for (let written = 0; written < count; written += 1) {
      this.#linesWritten += 1;
      this.#spool.lines.push(logLine(this.#linesWritten, this.#machine.timeline.nowMs));
    }
    this.#say({ type: 'spooled', lastLogSeq: this.#linesWritten });
  }

  #say(event: ChannelEvent): void {
    this.#channel?.tell((on) => on.event(event));
  }

  #exit(code: number | null, signal: string | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#machine.processEnded(this);
    this.#end({ code, signal });
  }

  #later(delayMs: number, act: () => void): void {
    this.#machine.power.timers.after(delayMs, () => {
      if (!this.#isOver) act();
    });
  }
}

function logLine(seq: number, atMs: number): LogLine {
  return {
    seq,
    at: new Date(WORLD_BEGINS_MS + Math.floor(atMs)).toISOString(),
    level: 'info',
    subflow: 'Main',
    line: seq,
    actionIndex: seq,
    action: 'Variables.SetVariable',
    durationMs: 1,
    status: 'succeeded',
    message: `line ${String(seq)}`,
  };
}
