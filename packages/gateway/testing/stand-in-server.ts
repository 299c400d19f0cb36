import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  type GatewayMessage,
  GatewayMessage as GatewayMessageSchema,
  linkProofText,
  type ServerMessage,
} from '@deskhand/protocol/link/messages.ts';
import { Compile } from 'typebox/compile';
import { type WebSocket, WebSocketServer } from 'ws';

type Of<Type extends GatewayMessage['type']> = Extract<GatewayMessage, { type: Type }>;
type Decision = Extract<ServerMessage, { type: 'reconciled' }>['decisions'][number]['decision'];

const HEARTBEAT_INTERVAL_MS = 200;
const check = Compile(GatewayMessageSchema);

/**
 * A control plane that knows nothing of runs: it greets gateways over real WebSockets, checks their proof and their
 * messages, and leaves the rest to the test.
 */
export class StandInServer {
  /** Raw Ed25519 key, base64url; null takes any proof. */
  publicKey: string | null = null;
  linkNumber = 0;
  epoch = 'epoch-1';
  commit = 1;
  /** Asks every gateway for its whole journal. */
  wantsJournal = false;
  /** Answered instead of `welcome`. */
  refusal: { code: string; message: string } | undefined;
  /** Which versions of the link it says it speaks; without `protocolVersionMin` as a server of 0.1.0 does. */
  versions: { protocolVersion: number; protocolVersionMin?: number } = { protocolVersion: 1 };
  /** What each reported attempt is told. */
  decide: (report: Of<'reconcile'>['attempts'][number]) => Decision = ({ phase }) =>
    phase === 'ended' ? 'send-result' : 'go-on';
  /** Whether logs and results are acknowledged at once. */
  acknowledges = true;
  /** Sent in place of `reconciled` by tests of broken servers. */
  beforeReconciled: ((socket: WebSocket) => boolean) | undefined;

  readonly heard: GatewayMessage[] = [];
  readonly faults: string[] = [];
  links = 0;
  #server: WebSocketServer | undefined;
  #listener: Server | undefined;
  #scheme = 'http';
  #port = 0;
  #socket: WebSocket | undefined;
  #waiting: { readonly isMet: (message: GatewayMessage) => boolean; readonly resolve: (m: GatewayMessage) => void }[] =
    [];

  /** With a certificate it speaks TLS. */
  async open(tls?: { readonly key: string; readonly cert: string }): Promise<void> {
    const listener = tls ? createTlsServer(tls) : createServer();
    const server = new WebSocketServer({ server: listener, path: '/link' });
    this.#listener = listener;
    this.#server = server;
    this.#scheme = tls ? 'https' : 'http';
    await new Promise<void>((resolve) => listener.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (listener.address() as AddressInfo).port;
    server.on('connection', (socket) => this.#greet(socket));
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.#port}`;
  }

  say(message: ServerMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }

  sayRaw(text: string): void {
    this.#socket?.send(text);
  }

  /** Breaks the link; the gateway may come back. */
  cut(): void {
    this.#socket?.terminate();
  }

  /** Ends the link in good order, as a server does that stops. */
  sendOn(): void {
    this.#socket?.close(1012);
  }

  async close(): Promise<void> {
    for (const client of this.#server?.clients ?? []) client.terminate();
    await new Promise((resolve) => this.#server?.close(resolve));
    await new Promise((resolve) => this.#listener?.close(resolve));
  }

  /** The first such message, heard already or to come. Forgets it and all before it, so that the next is a newer one. */
  async next<Type extends GatewayMessage['type']>(
    type: Type,
    match: (message: Of<Type>) => boolean = () => true,
  ): Promise<Of<Type>> {
    const isMet = (message: GatewayMessage): boolean => message.type === type && match(message as Of<Type>);
    const index = this.heard.findIndex(isMet);
    if (index >= 0) return this.heard.splice(0, index + 1).at(-1) as Of<Type>;
    return await new Promise((resolve) => {
      this.#waiting.push({ isMet, resolve: resolve as (message: GatewayMessage) => void });
    });
  }

  #greet(socket: WebSocket): void {
    this.links++;
    const nonce = randomBytes(16).toString('base64url');
    const say = (message: ServerMessage): void => socket.send(JSON.stringify(message));
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as GatewayMessage;
      if (!check.Check(message)) this.faults.push(`not a gateway message: ${String(data).slice(0, 300)}`);
      if (message.type === 'hello') this.#welcome(message, nonce, say);
      if (message.type === 'linkConfirmed') this.linkNumber = message.linkNumber;
      if (message.type === 'journal') say({ type: 'journalAck' });
      if (message.type === 'reconcile') this.#reconcile(message, socket, say);
      this.#acknowledge(message, say);
      this.#tell(message);
    });
    say({ type: 'challenge', nonce, ...this.versions });
  }

  #welcome(hello: Of<'hello'>, nonce: string, say: (message: ServerMessage) => void): void {
    if (this.refusal) say({ type: 'refused', ...this.refusal });
    else if (!this.#isProven(hello, nonce)) say({ type: 'refused', code: 'link-proof-wrong', message: 'wrong' });
    else if (hello.linkNumber < this.linkNumber) say({ type: 'refused', code: 'link-quarantined', message: 'old' });
    else {
      const { epoch, commit, wantsJournal } = this;
      const linkNumber = Math.max(this.linkNumber, hello.linkNumber) + 1;
      say({ type: 'welcome', linkNumber, epoch, commit, heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS, wantsJournal });
    }
  }

  #isProven(hello: Of<'hello'>, nonce: string): boolean {
    if (this.publicKey === null) return true;
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: this.publicKey }, format: 'jwk' });
    return verify(null, Buffer.from(linkProofText(hello, nonce)), key, Buffer.from(hello.proof, 'base64url'));
  }

  #reconcile({ attempts }: Of<'reconcile'>, socket: WebSocket, say: (message: ServerMessage) => void): void {
    if (this.beforeReconciled?.(socket)) return;
    this.#socket = socket;
    const decisions = attempts.map((report) => {
      return { runId: report.runId, attempt: report.attempt, decision: this.decide(report) };
    });
    say({ type: 'reconciled', decisions });
  }

  #acknowledge(message: GatewayMessage, say: (message: ServerMessage) => void): void {
    if (!this.acknowledges) return;
    if (message.type === 'log') {
      const { runId, attempt, lines } = message;
      say({ type: 'logAck', runId, attempt, seq: lines.at(-1)?.seq ?? 0 });
    }
    if (message.type === 'result') say({ type: 'resultAck', runId: message.runId, attempt: message.attempt });
  }

  #tell(message: GatewayMessage): void {
    const met = this.#waiting.find((one) => one.isMet(message));
    if (met === undefined) {
      if (message.type !== 'heartbeat' || this.heard.at(-1)?.type !== 'heartbeat') this.heard.push(message);
      return;
    }
    this.#waiting = this.#waiting.filter((one) => one !== met);
    this.heard.length = 0;
    met.resolve(message);
  }
}
