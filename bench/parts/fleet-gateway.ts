import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import type { AttemptReport, ServerMessage } from '@deskhand/protocol/link/messages.ts';
import { reconnectDelayMs } from '../../packages/gateway/adapters/link/back-off.ts';
import { freshMemory, linkStub, type StubIdentity, type StubLink } from './stub-gateway.ts';

/** What a run's flow says: a line of the length that action logs have. */
const MESSAGE = 'Row 1742 of the sheet was written: customer 20417, invoice 2026-11-0873, amount 1,284.50 EUR';
const result = { state: 'succeeded', outputs: {}, error: null, lastLogSeq: 0, logLinesLost: 0, phasesMs: {} } as const;

export interface FleetEvents {
  readonly linked: () => void;
  readonly acquired: (runId: string) => void;
  readonly ended: (runId: string) => void;
  /** From the send of a line to its acknowledgement, which comes after the commit. */
  readonly answered: (latencyMs: number) => void;
  /** The first acknowledgement of a run over a new link. */
  readonly moving: (runId: string) => void;
  /** The server wants a run ended, or does not know it: what no benchmark asked for. */
  readonly strayed: (what: string) => void;
}

export interface FleetOptions {
  readonly server: string;
  readonly identity: StubIdentity;
  readonly sessionLimit: number;
  /** Runs go on until the end of the benchmark, or are over as soon as they were acquired. */
  readonly keepsRuns: boolean;
  readonly events: FleetEvents;
}

interface HeldRun {
  readonly runId: string;
  readonly attempt: number;
  seq: number;
  acked: number;
  /** Lines that are sent again on the next link, as a gateway does. */
  readonly waiting: { readonly line: LogLine; readonly sentAtMs: number }[];
  isMoving: boolean;
}

/** A stub that keeps itself linked with the gateway's own back-off, holds runs, and writes their logs. */
export class FleetGateway {
  readonly #options: FleetOptions;
  readonly #memory = freshMemory();
  readonly #runs = new Map<string, HeldRun>();
  #link: StubLink | undefined;
  #tries = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  get runs(): readonly { readonly runId: string; readonly sent: number; readonly acked: number }[] {
    return [...this.#runs.values()].map(({ runId, seq, acked }) => ({ runId, sent: seq, acked }));
  }

  isLinked(): boolean {
    return this.#link !== undefined;
  }

  /** As if the network had gone: no goodbye. */
  drop(): void {
    this.#link?.close();
  }

  open(): void {
    const { server, identity, sessionLimit, events } = this.#options;
    void linkStub(server, identity, {
      sessionLimit,
      memory: this.#memory,
      attempts: () => [...this.#runs.values()].map(reportOf),
      progress: () => [...this.#runs.values()].map(({ runId, attempt }) => ({ runId, attempt, lastActionAgoMs: 100 })),
      onMessage: (message, link) => this.#obey(message, link),
      onClose: () => this.#openAgain(),
    }).then(
      (link) => {
        this.#link = link;
        this.#tries = 0;
        for (const run of this.#runs.values()) this.#sayAgain(run);
        events.linked();
      },
      // `onClose` follows.
      () => undefined,
    );
  }

  #openAgain(): void {
    this.#link = undefined;
    this.#tries += 1;
    for (const run of this.#runs.values()) run.isMoving = false;
    setTimeout(() => this.open(), reconnectDelayMs(this.#tries, Math.random()));
  }

  /** One line in one message for each run. */
  write(): void {
    for (const run of this.#runs.values()) {
      run.seq += 1;
      const line = lineOf(run.seq);
      run.waiting.push({ line, sentAtMs: performance.now() });
      this.#link?.send({ type: 'log', runId: run.runId, attempt: run.attempt, lines: [line] });
    }
  }

  #sayAgain({ runId, attempt, waiting }: HeldRun): void {
    if (waiting.length > 0)
      this.#link?.send({ type: 'log', runId, attempt, lines: waiting.slice(0, 500).map(({ line }) => line) });
  }

  #obey(message: ServerMessage, link: StubLink): void {
    switch (message.type) {
      case 'offer':
        return link.acquire(message);
      case 'acquired':
        return this.#start(message.order, link);
      case 'resultAck':
        return this.#options.events.ended(message.runId);
      case 'logAck':
        return this.#confirmed(message.runId, message.seq);
      case 'reconciled':
        for (const { decision } of message.decisions) if (decision !== 'go-on') this.#options.events.strayed(decision);
        return;
      case 'stale':
      case 'cancel':
        return this.#options.events.strayed(message.type);
      default:
        return;
    }
  }

  #start({ runId, attempt }: { readonly runId: string; readonly attempt: number }, link: StubLink): void {
    this.#options.events.acquired(runId);
    for (const phase of ['signingIn', 'downloading', 'running'] as const)
      link.send({ type: 'phase', runId, attempt, phase, sinceAcquireMs: 0 });
    if (!this.#options.keepsRuns) return link.send({ type: 'result', runId, attempt, result });
    this.#runs.set(runId, { runId, attempt, seq: 0, acked: 0, waiting: [], isMoving: true });
  }

  #confirmed(runId: string, seq: number): void {
    const run = this.#runs.get(runId);
    if (run === undefined) return;
    const { events } = this.#options;
    const nowMs = performance.now();
    while ((run.waiting[0]?.line.seq ?? Number.POSITIVE_INFINITY) <= seq) {
      const { sentAtMs } = run.waiting.shift() as HeldRun['waiting'][number];
      events.answered(nowMs - sentAtMs);
    }
    run.acked = Math.max(run.acked, seq);
    if (!run.isMoving) events.moving(runId);
    run.isMoving = true;
  }
}

const reportOf = ({ runId, attempt, acked }: HeldRun): AttemptReport => ({
  runId,
  attempt,
  phase: 'running',
  result: null,
  lastLogSeqAcked: acked,
});

const lineOf = (seq: number): LogLine => ({
  seq,
  at: new Date().toISOString(),
  level: 'info',
  subflow: 'Main',
  line: 42,
  actionIndex: 41,
  action: 'Excel.WriteToExcel.WriteCell',
  durationMs: 12,
  status: 'succeeded',
  message: MESSAGE,
});
