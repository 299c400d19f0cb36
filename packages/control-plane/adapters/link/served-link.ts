import { type ErrorCode, problem } from '@deskhand/protocol/errors.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import { GatewayMessage, type ServerMessage } from '@deskhand/protocol/link/messages.ts';
import { type LinkVersions, maySay } from '@deskhand/protocol/link/versions.ts';
import { Compile } from 'typebox/compile';
import type { Timers } from '@deskhand/protocol/timers.ts';
import type { Welcome } from '../../use-cases/link/connect.ts';
import type { LinkUseCases } from '../../use-cases/link/create-link-use-cases.ts';
import type { WorkMessage } from '../../use-cases/link/handle-message.ts';
import type { OpenLink } from '../../use-cases/link/link-ports.ts';
import type { isProven } from './gateway-proof.ts';
import type { LinkLog } from './link-log.ts';
import type { ServedWire } from './served-wire.ts';

/** From the challenge to `reconciled`. */
export const GREETING_TIMEOUT_MS = 20_000;
/** Above so many messages at work the socket is not read until half of them are done. */
export const MESSAGES_AT_WORK_MAX = 64;
/** A gateway that takes nothing any more is not fed further; the link begins anew and work is told again. */
const OUTGOING_BYTES_MAX = 4 * limits.LINK_MESSAGE_BYTES_MAX;
const CLOSE_TIMEOUT_MS = 2_000;

type Hello = Extract<GatewayMessage, { type: 'hello' }>;
type Step =
  | { readonly at: 'hello' }
  | { readonly at: 'confirm'; readonly hello: Hello; readonly welcome: Welcome }
  | { readonly at: 'reconcile'; readonly hello: Hello; readonly link: OpenLink; readonly wantsJournal: boolean }
  | { readonly at: 'open'; readonly link: OpenLink }
  | { readonly at: 'ended' };

export interface ServedLinkOptions {
  readonly timers: Timers;
  readonly isProven: typeof isProven;
  readonly versions: LinkVersions;
  readonly heartbeatIntervalMs: number;
  /** Never the same twice: a proof is bound to it. */
  readonly nonce: string;
  readonly log: LinkLog;
  readonly address: string;
  /** The gateway confirmed this link's number; false when a newer one was confirmed here meanwhile. */
  readonly opened: (gatewayId: string, linkNumber: number) => boolean;
  /** It carries work from now on. */
  readonly greeted: () => void;
  readonly closed: () => void;
}

const check = Compile(GatewayMessage);

/**
 * One link, from the challenge to its end. Messages about one run keep their order, and those that came while an earlier one
 * was written down are handed over together; those of different runs do not wait for one another.
 */
export class ServedLink {
  readonly ended: Promise<void>;
  readonly #wire: ServedWire;
  readonly #useCases: LinkUseCases;
  readonly #options: ServedLinkOptions;
  readonly #chains = new Map<string, Promise<void>>();
  readonly #waiting = new Map<string, GatewayMessage[]>();
  #endGreeting: () => void;
  #step: Step = { at: 'hello' };
  #link: OpenLink | undefined;
  #journalIsLeft = false;
  #version = 0;
  #atWork = 0;
  readonly #begunAt: number;
  #heardAt: number;

  constructor(wire: ServedWire, useCases: LinkUseCases, options: ServedLinkOptions) {
    this.#wire = wire;
    this.#useCases = useCases;
    this.#options = options;
    this.#heardAt = options.timers.nowMs();
    this.#begunAt = useCases.begin();
    const ended = Promise.withResolvers<void>();
    this.ended = ended.promise;
    wire.listen({
      text: (text) => this.#hear(text),
      heard: () => this.#markHeard(),
      failed: (error) => options.log.warn({ address: options.address, error: error.message }, 'A link broke'),
      closed: () => void this.#closed().finally(ended.resolve),
    });
    this.#endGreeting = options.timers.after(GREETING_TIMEOUT_MS, () => this.#timeGreetingOut());
    const { min, max } = options.versions;
    this.#write({ type: 'challenge', nonce: options.nonce, protocolVersion: max, protocolVersionMin: min });
  }

  get gatewayId(): string | undefined {
    return this.#link?.gatewayId;
  }

  get linkNumber(): number | undefined {
    return this.#link?.linkNumber;
  }

  isOpen(): boolean {
    return this.#step.at === 'open';
  }

  send(message: ServerMessage): boolean {
    if (!this.isOpen() || !this.#wire.isOpen() || !maySay(message.type, this.#version)) return false;
    this.#write(message);
    return true;
  }

  end(code: number, reason: string): void {
    if (this.#step.at === 'ended') return;
    this.#step = { at: 'ended' };
    this.#wire.close(code, reason);
    // A peer that does not answer the close is cut off.
    this.#options.timers.after(CLOSE_TIMEOUT_MS, () => this.#wire.cut());
  }

  /**
   * Gives up a link that has been silent for too long, and asks one that said nothing since the last beat. A gateway that
   * beats by itself asks for our life with each of its own beats.
   */
  beat({ silentForMs, askAfterMs }: { readonly silentForMs: number; readonly askAfterMs: number }): void {
    const silenceMs = this.#options.timers.nowMs() - this.#heardAt;
    if (silenceMs > silentForMs) this.#wire.cut();
    else if (silenceMs > askAfterMs && this.#wire.isOpen()) this.#wire.ping();
  }

  #markHeard(): void {
    this.#heardAt = this.#options.timers.nowMs();
  }

  #timeGreetingOut(): void {
    if (this.#step.at !== 'open') this.end(4000, 'The greeting was not finished in time.');
  }

  #write(message: ServerMessage): void {
    if (this.#wire.bytesWaiting() > OUTGOING_BYTES_MAX) return this.#wire.cut();
    this.#wire.send(JSON.stringify(message));
  }

  #hear(text: string): void {
    this.#markHeard();
    if (this.#step.at === 'ended') return;
    const message = parse(text);
    if (message === undefined) return this.end(4002, 'The message does not fit the link’s schema.');
    this.#enter(message);
  }

  /** Takes its turn behind the messages of the same run; the greeting is one turn after another. */
  #enter(message: GatewayMessage): void {
    this.#atWork += 1;
    if (this.#atWork >= MESSAGES_AT_WORK_MAX) this.#wire.hold(true);
    const key = this.isOpen() && 'runId' in message ? message.runId : '';
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) waiting.push(message);
    else this.#takeTurn(key, [message]);
  }

  #takeTurn(key: string, messages: GatewayMessage[]): void {
    this.#waiting.set(key, messages);
    const turn = (this.#chains.get(key) ?? Promise.resolve())
      .then(() => {
        this.#waiting.delete(key);
        return this.#obeyAll(messages);
      })
      .catch((error: unknown) => this.#failed(error, messages));
    const last = turn.then(() => {
      if (this.#chains.get(key) === last) this.#chains.delete(key);
      this.#atWork -= messages.length;
      if (this.#atWork <= MESSAGES_AT_WORK_MAX / 2) this.#wire.hold(false);
    });
    this.#chains.set(key, last);
  }

  /** What could not be written down was not acknowledged: the gateway says it again on its next link. */
  #failed(error: unknown, messages: readonly GatewayMessage[]): void {
    const [first] = messages;
    // Those that wait together are of one run.
    const run = first !== undefined && 'runId' in first ? { runId: first.runId, attempt: first.attempt } : {};
    const types = messages.map((message) => message.type);
    const facts = { err: error, gatewayId: this.gatewayId, ...run, types };
    this.#options.log.error(facts, 'A link message could not be carried out');
    this.end(1011, 'The server met a fault; it will be well again soon.');
  }

  async #obeyAll(messages: readonly GatewayMessage[]): Promise<void> {
    const step = this.#step;
    if (step.at === 'open' && messages.every(isWork)) return await this.#work(step.link, messages);
    for (const message of messages) await this.#obey(message);
  }

  async #obey(message: GatewayMessage): Promise<void> {
    const step = this.#step;
    switch (message.type) {
      case 'hello':
        return step.at === 'hello' ? await this.#greet(message) : this.#outOfTurn(message);
      case 'linkConfirmed':
        return step.at === 'confirm' && message.linkNumber === step.welcome.linkNumber
          ? await this.#confirm(step)
          : this.#outOfTurn(message);
      case 'journal':
        return step.at === 'reconcile' && step.wantsJournal
          ? await this.#takeJournal(step.link, message)
          : this.#outOfTurn(message);
      case 'reconcile':
        return step.at === 'reconcile' && message.journalId === step.link.journalId
          ? await this.#reconcile(step, message)
          : this.#outOfTurn(message);
      case 'heartbeat':
        // The first heartbeats may come while the link is still being reconciled.
        return step.at === 'open' ? await this.#work(step.link, [message]) : undefined;
      default:
        return step.at === 'open' ? await this.#work(step.link, [message]) : this.#outOfTurn(message);
    }
  }

  #outOfTurn(message: GatewayMessage): void {
    this.end(4002, `The message ${message.type} came out of turn.`);
  }

  async #greet(hello: Hello): Promise<void> {
    const { min, max } = this.#options.versions;
    if (hello.protocolVersion < min || hello.protocolVersion > max) return this.#refuse('link-protocol-version');
    this.#version = hello.protocolVersion;
    const identity = await this.#useCases.identify(hello.gatewayId);
    if (!identity.ok) return this.#refuse(identity.code);
    const { isProven, nonce } = this.#options;
    if (!isProven(hello, nonce, identity.value.publicKey)) return this.#refuse('link-proof-wrong');
    const seen = { epoch: hello.epochSeen, commit: hello.commitSeen };
    const welcome = await this.#useCases.connect(identity.value, hello.linkNumber, seen, this.#begunAt);
    if (!welcome.ok) return this.#refuse(welcome.code);
    const { linkNumber, epoch, commit, wantsJournal } = welcome.value;
    this.#advance({ at: 'confirm', hello, welcome: welcome.value });
    const { heartbeatIntervalMs } = this.#options;
    this.#write({
      type: 'welcome',
      linkNumber,
      epoch,
      commit,
      heartbeatIntervalMs,
      ...(wantsJournal ? { wantsJournal } : {}),
    });
  }

  async #confirm({ hello, welcome }: Extract<Step, { at: 'confirm' }>): Promise<void> {
    const { identity, linkNumber, wantsJournal } = welcome;
    const { gatewayId, clusterId } = identity;
    this.#link = { gatewayId, clusterId, linkNumber, journalId: hello.journalId };
    if (!(await this.#useCases.confirm(gatewayId, linkNumber))) return this.#endAsOlder();
    // From here an older link of this gateway says nothing any more, even before this one carries work.
    if (!this.#options.opened(gatewayId, linkNumber)) return this.#endAsOlder();
    this.#advance({ at: 'reconcile', hello, link: this.#link, wantsJournal });
  }

  /** A page at a time, so a journal of any length is read; each page gives the greeting its time anew. */
  async #takeJournal(link: OpenLink, { entries }: Extract<GatewayMessage, { type: 'journal' }>): Promise<void> {
    if (!(await this.#useCases.takeJournal(link, entries))) this.#journalIsLeft = true;
    this.#endGreeting();
    this.#endGreeting = this.#options.timers.after(GREETING_TIMEOUT_MS, () => this.#timeGreetingOut());
    this.#write({ type: 'journalAck' });
  }

  async #reconcile(
    { hello, link, wantsJournal }: Extract<Step, { at: 'reconcile' }>,
    message: Extract<GatewayMessage, { type: 'reconcile' }>,
  ): Promise<void> {
    const { version, encryptedClusterKey = null } = hello;
    const journal = { journalWasWanted: wantsJournal, journalIsLeft: this.#journalIsLeft };
    const report = { ...message, ...journal, version, linkVersion: this.#version, encryptedClusterKey };
    const decisions = await this.#useCases.reconcile(link, report);
    if (decisions === undefined) return this.#endAsOlder();
    this.#write({ type: 'reconciled', decisions: [...decisions] });
    this.#advance({ at: 'open', link });
    this.#endGreeting();
    this.#options.greeted();
    this.#options.log.info({ gatewayId: link.gatewayId, linkNumber: link.linkNumber }, 'A gateway linked');
    // What was planned for it while the link was opening could not be sent yet.
    await this.#useCases.sendWaiting(link.gatewayId);
  }

  async #work(link: OpenLink, messages: readonly WorkMessage[]): Promise<void> {
    for (const reply of await this.#useCases.handle(link, messages)) this.send(reply);
  }

  #endAsOlder(): void {
    this.end(4001, 'A newer link of this gateway has taken over.');
  }

  #advance(step: Step): void {
    if (this.#step.at !== 'ended') this.#step = step;
  }

  #refuse(code: ErrorCode): void {
    this.#options.log.warn({ address: this.#options.address, code }, 'A link was refused');
    this.#write({ type: 'refused', code, message: problem(code).detail });
    this.end(4003, code);
  }

  async #closed(): Promise<void> {
    const link = this.#link;
    this.#step = { at: 'ended' };
    this.#endGreeting();
    this.#options.closed();
    await Promise.all(this.#chains.values());
    if (link === undefined) return;
    this.#options.log.info({ gatewayId: link.gatewayId, linkNumber: link.linkNumber }, 'A link ended');
    await this.#useCases.disconnected(link).catch((error: unknown) => {
      // The sweep notices the silence when the database is back.
      this.#options.log.error({ err: error, gatewayId: link.gatewayId }, 'The end of a link could not be noted');
    });
  }
}

function isWork(message: GatewayMessage): message is WorkMessage {
  return message.type !== 'hello' && message.type !== 'linkConfirmed' && message.type !== 'reconcile';
}

function parse(text: string): GatewayMessage | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return check.Check(value) ? (value as GatewayMessage) : undefined;
  } catch {
    return undefined;
  }
}
