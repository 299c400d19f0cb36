import { type ErrorCode, errorTable } from '@deskhand/protocol/errors.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import {
  type GatewayMessage,
  type JournalEntryReport,
  LINK_SILENCE_MAX_MS,
  linkProofText,
  ServerMessage,
} from '@deskhand/protocol/link/messages.ts';
import { agreedVersion, linkVersions } from '@deskhand/protocol/link/versions.ts';
import { CertificateMismatch } from '@deskhand/protocol/tls/pinned-socket.ts';
import { Compile } from 'typebox/compile';
import type { LinkHandlers, WorkMessage } from '../../ports/link.ts';
import type { LinkOptions } from './link-options.ts';
import type { LinkWire } from './link-wire.ts';

/** From dialling to `reconciled`. */
export const LINK_HANDSHAKE_WAIT_MS = 15_000;
/** Above this bulk waits; the rest is small. */
export const LINK_ROOM_BYTES = 1_000_000;
/** A server that takes nothing any more is not fed further: the link is made anew, and work is told again. */
export const LINK_OUTGOING_BYTES_MAX = 2 * limits.LINK_MESSAGE_BYTES_MAX;

export interface SessionEnd {
  readonly because: string;
  /** Of the error table, where it is one of its errors. */
  readonly code: ErrorCode | null;
  /** Trying again soon would change nothing. */
  readonly needsPerson: boolean;
  /** The server stops and said so: another one, or the same one a moment later, takes the link. */
  readonly isSentOn: boolean;
  readonly wasUp: boolean;
}

/** WebSocket's own code for a server that stops or restarts. */
const SERVICE_RESTART = 1012;

type Step = 'challenge' | 'welcome' | 'journal' | 'reconciled' | 'up';
type Challenge = Extract<ServerMessage, { type: 'challenge' }>;
const serverMessageCheck = Compile(ServerMessage);
const refusalsForPeople = new Set<string>([
  'certificate-mismatch',
  'link-identity-unknown',
  'link-proof-wrong',
  'link-quarantined',
  'link-protocol-version',
]);

/** One link from dialling to its end: challenge, hello, welcome, linkConfirmed, journal when asked, reconcile, reconciled, then work. */
export class LinkSession {
  readonly #options: LinkOptions;
  readonly #handlers: LinkHandlers;
  readonly #signal: AbortSignal;
  #wire: LinkWire | undefined;
  #step: Step = 'challenge';
  #end: Pick<SessionEnd, 'because' | 'code' | 'needsPerson'> | undefined;
  #closeCode: number | undefined;
  readonly #callOffs: (() => void)[] = [];
  #endGreeting: () => void = () => undefined;
  #wasRestored = false;
  /** What is left of the journal; undefined where the server did not ask for it. */
  #pages: (readonly JournalEntryReport[])[] | undefined;
  #heardAt: number;
  #waitsForRoom = false;

  constructor(options: LinkOptions, handlers: LinkHandlers, signal: AbortSignal) {
    this.#options = options;
    this.#handlers = handlers;
    this.#signal = signal;
    this.#heardAt = options.timers.nowMs();
  }

  isUp(): boolean {
    return this.#step === 'up' && this.#end === undefined;
  }

  hasRoom(): boolean {
    const hasRoom = this.isUp() && (this.#wire?.bytesWaiting() ?? 0) < LINK_ROOM_BYTES;
    this.#waitsForRoom ||= !hasRoom;
    return hasRoom;
  }

  send(message: WorkMessage): boolean {
    if (!this.isUp()) return false;
    this.#write(message);
    return this.#end === undefined;
  }

  close(): void {
    this.#finish('The gateway stops.');
  }

  /** Resolves when this link has ended, however it ended. */
  async run(): Promise<SessionEnd> {
    try {
      await this.#dial();
    } catch (error) {
      const because = (error as Error).message || 'The server does not answer.';
      this.#finish(because, error instanceof CertificateMismatch ? 'certificate-mismatch' : null);
    }
    this.#endGreeting();
    for (const callOff of this.#callOffs) callOff();
    return {
      ...(this.#end ?? { because: 'The server closed the link.', code: null, needsPerson: false }),
      isSentOn: this.#end === undefined && this.#closeCode === SERVICE_RESTART,
      wasUp: this.#step === 'up',
    };
  }

  async #dial(): Promise<void> {
    const closed = Promise.withResolvers<number | undefined>();
    const listener = {
      text: (text: string) => this.#hear(text),
      heard: () => this.#markHeard(),
      failed: (error: Error) => this.#finish(error.message || 'The server does not answer.'),
      closed: closed.resolve,
    };
    this.#wire = await this.#options.dial(listener, this.#signal);
    this.#giveTime();
    if (this.#signal.aborted) this.close();
    this.#closeCode = await closed.promise;
  }

  /** For the greeting from here on; a long journal gets it anew with each page. */
  #giveTime(): void {
    this.#endGreeting();
    this.#endGreeting = this.#options.timers.after(LINK_HANDSHAKE_WAIT_MS, () => this.#giveUpHandshake());
  }

  #giveUpHandshake(): void {
    if (this.#step !== 'up') this.#finish('The server did not finish the greeting in time.');
  }

  #hear(text: string): void {
    if (this.#end !== undefined) return;
    this.#markHeard();
    const message = parseServerMessage(text);
    if (message === undefined) {
      this.#finish('The server sent a message that this version does not know.');
      return;
    }
    try {
      this.#obey(message);
    } catch (error) {
      const run = 'runId' in message ? { runId: message.runId, attempt: message.attempt } : {};
      const facts = { error: (error as Error).message, type: message.type, ...run };
      this.#options.log.error(facts, 'a link message met a fault');
      this.#finish('The gateway met a fault while it worked on a message.');
    }
  }

  #obey(message: ServerMessage): void {
    if (message.type === 'refused') this.#refused(message.code, message.message);
    else if (message.type === 'challenge' && this.#step === 'challenge') this.#greet(message);
    else if (message.type === 'welcome' && this.#step === 'welcome') this.#confirm(message);
    else if (message.type === 'reconciled' && this.#step === 'reconciled') this.#goUp(message.decisions);
    else if (message.type === 'journalAck' && this.#step === 'journal') this.#sendPage();
    else if (isOfGreeting(message)) this.#finish('The server sent a greeting out of turn.');
    else if (this.#step === 'up') this.#handlers.message(message);
  }

  #greet({ nonce, protocolVersion, protocolVersionMin = protocolVersion }: Challenge): void {
    const { confirmed, pending, epoch, commit } = this.#options.memory.read();
    const { hello: about, versions = linkVersions } = this.#options;
    // Where nothing is agreed on, the server is the one to say so.
    const agreed = agreedVersion(versions, { min: protocolVersionMin, max: protocolVersion }) ?? versions.max;
    const hello = { ...about, linkNumber: pending ?? confirmed, protocolVersion: agreed };
    this.#step = 'welcome';
    this.#write({
      type: 'hello',
      ...hello,
      epochSeen: epoch,
      commitSeen: commit,
      proof: this.#options.sign(linkProofText(hello, nonce)),
    });
  }

  #confirm(welcome: Extract<ServerMessage, { type: 'welcome' }>): void {
    const before = this.#options.memory.read();
    const wasRestored = before.epoch !== null && (welcome.epoch !== before.epoch || welcome.commit < before.commit);
    // On disk before the server hears of it: from now on both numbers are good, and after the confirmation only this.
    this.#options.memory.write({
      confirmed: before.confirmed,
      pending: welcome.linkNumber,
      epoch: welcome.epoch,
      commit: wasRestored ? welcome.commit : Math.max(before.commit, welcome.commit),
    });
    this.#write({ type: 'linkConfirmed', linkNumber: welcome.linkNumber });
    this.#beatEvery(welcome.heartbeatIntervalMs);
    this.#wasRestored = wasRestored;
    this.#pages = welcome.wantsJournal === true ? [...this.#handlers.journal()] : undefined;
    this.#step = 'journal';
    this.#sendPage();
  }

  /** The next page of the journal when the server asked for it, and after the last one what is to be reconciled. */
  #sendPage(): void {
    const entries = this.#pages?.shift();
    if (entries === undefined) return this.#reconcile();
    this.#giveTime();
    this.#write({ type: 'journal', entries: [...entries] });
  }

  #reconcile(): void {
    this.#step = 'reconciled';
    const memory = { wasRestored: this.#wasRestored, hasJournal: this.#pages !== undefined };
    const { attempts, asked, ...report } = this.#handlers.report(memory);
    const { journalId } = this.#options.hello;
    this.#write({ type: 'reconcile', journalId, attempts: [...attempts], asked: [...asked], ...report });
  }

  #goUp(decisions: Extract<ServerMessage, { type: 'reconciled' }>['decisions']): void {
    const memory = this.#options.memory.read();
    this.#options.memory.write({ ...memory, confirmed: memory.pending ?? memory.confirmed, pending: null });
    this.#step = 'up';
    this.#options.log.info({ linkNumber: memory.pending }, 'linked to the server');
    this.#handlers.reconciled(decisions);
    this.#options.onUp?.();
  }

  #refused(code: string, text: string): void {
    const known = code in errorTable ? (code as ErrorCode) : null;
    this.#finish(`${text} ${known ? errorTable[known].remedy : ''}`.trim(), known);
  }

  #beatEvery(intervalMs: number): void {
    const { timers, silenceMaxMs = LINK_SILENCE_MAX_MS } = this.#options;
    const beat = timers.every(Math.min(Math.max(intervalMs, 50), silenceMaxMs / 3), () => {
      if (timers.nowMs() - this.#heardAt > silenceMaxMs) this.#finish('The server fell silent.');
      if (this.isUp()) this.#write({ type: 'heartbeat', ...this.#options.heartbeat() });
      this.#wire?.ping();
    });
    this.#callOffs.push(beat);
  }

  #markHeard(): void {
    this.#heardAt = this.#options.timers.nowMs();
  }

  #write(message: GatewayMessage): void {
    const wire = this.#wire;
    if (wire === undefined || this.#end !== undefined) return;
    if (wire.bytesWaiting() > LINK_OUTGOING_BYTES_MAX) {
      this.#finish('The server takes nothing any more.');
      return;
    }
    wire.send(JSON.stringify(message), () => this.#tellRoom());
  }

  #tellRoom(): void {
    if (!this.#waitsForRoom || !this.isUp() || (this.#wire?.bytesWaiting() ?? 0) >= LINK_ROOM_BYTES / 2) return;
    this.#waitsForRoom = false;
    this.#handlers.room();
  }

  #finish(because: string, code: ErrorCode | null = null): void {
    this.#end ??= { because, code, needsPerson: code !== null && refusalsForPeople.has(code) };
    this.#wire?.cut();
  }
}

type Greeting = Extract<ServerMessage, { type: 'challenge' | 'welcome' | 'journalAck' | 'reconciled' }>;
const greetings: ReadonlySet<string> = new Set(['challenge', 'welcome', 'journalAck', 'reconciled']);
const isOfGreeting = (message: ServerMessage): message is Greeting => greetings.has(message.type);

function parseServerMessage(text: string): ServerMessage | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return serverMessageCheck.Check(value) ? (value as ServerMessage) : undefined;
  } catch {
    return undefined;
  }
}
