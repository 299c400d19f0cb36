import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import {
  type AttemptReport,
  enrolProofText,
  type GatewayMessage,
  HEARTBEAT_INTERVAL_MS,
  LINK_PATH,
  LINK_PROTOCOL_VERSION,
  linkProofText,
  type ServerMessage,
} from '@deskhand/protocol/link/messages.ts';
import WebSocket from 'ws';

export interface StubIdentity {
  readonly gatewayId: string;
  readonly privateKey: KeyObject;
}

/** Enrols a machine that exists only here: it speaks the link truly and runs nothing. */
export async function enrolStub(client: ApiClient, clusterId: string, name: string): Promise<StubIdentity> {
  const { token } = await client.createEnrolmentToken({ params: { id: clusterId } });
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const request = { token, name, publicKey: publicKey.export({ format: 'jwk' }).x as string };
  const proof = sign(null, Buffer.from(enrolProofText(request)), privateKey).toString('base64url');
  const { gatewayId } = await client.enrolGateway({
    body: { ...request, proof, sessionHost: 'virtual', version: 'stub' },
  });
  return { gatewayId, privateKey };
}

type MachineFactsMessage = Extract<GatewayMessage, { type: 'facts' }>['facts'];
type Progress = Extract<GatewayMessage, { type: 'heartbeat' }>['progress'];

export interface StubLink {
  send(message: GatewayMessage): void;
  /** Takes an offer as a gateway does: its journal has it first, and the server is told how far that has come. */
  acquire(offer: { readonly runId: string; readonly attempt: number }): void;
  close(): void;
}

/** What a stub says of its machine. */
export interface StubMachine {
  readonly sessionLimit: number;
  /** Accounts that people are signed in with, at an unlocked screen. */
  readonly signedIn?: readonly string[];
}

/** What a stub keeps between its links, as a gateway keeps it on disk. */
export interface StubMemory {
  linkNumber: number;
  epoch: string | null;
  commit: number;
  /** How many entries its journal has: one for each acquire, phase and result. */
  journalPosition: number;
}
export const freshMemory = (): StubMemory => ({ linkNumber: 0, epoch: null, commit: 0, journalPosition: 0 });
const journaled: readonly GatewayMessage['type'][] = ['phase', 'result'];

export interface StubOptions extends StubMachine {
  readonly onMessage: (message: ServerMessage, link: StubLink) => void;
  readonly memory?: StubMemory;
  /** The runs in hand, for the begin of a link and for each heartbeat. */
  readonly attempts?: () => readonly AttemptReport[];
  readonly progress?: () => Progress;
  readonly onClose?: () => void;
}

/** Opens the link and answers when it carries work; `onMessage` gets `reconciled` and everything after it. */
export function linkStub(server: string, identity: StubIdentity, options: StubOptions): Promise<StubLink> {
  const socket = new WebSocket(server.replace(/^http/, 'ws') + LINK_PATH, { perMessageDeflate: false });
  const journalId = `j-${identity.gatewayId}`;
  const { memory = freshMemory(), attempts = () => [], onMessage, onClose } = options;
  const link = linkOver(socket, memory, journalId);
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => {
      reject(new Error('The server closed the link.'));
      onClose?.();
    });
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as ServerMessage;
      switch (message.type) {
        case 'challenge':
          return link.send(helloOf(identity, journalId, memory, message.nonce));
        case 'welcome':
          Object.assign(memory, { linkNumber: message.linkNumber, epoch: message.epoch, commit: message.commit });
          link.send({ type: 'linkConfirmed', linkNumber: message.linkNumber });
          return link.send({
            type: 'reconcile',
            journalId,
            journalPosition: memory.journalPosition,
            attempts: [...attempts()],
            facts: factsOf(options),
          });
        case 'refused':
          return reject(new Error(`${message.code}: ${message.message}`));
        case 'reconciled':
          beat(socket, link, () => heartbeatOf(memory, options.progress?.() ?? []));
          onMessage(message, link);
          return resolve(link);
        default:
          return onMessage(message, link);
      }
    });
  });
}

function linkOver(socket: WebSocket, memory: StubMemory, journalId: string): StubLink {
  const send = (message: GatewayMessage): void => socket.send(JSON.stringify(message));
  return {
    send: (message) => {
      if (journaled.includes(message.type)) memory.journalPosition += 1;
      send(message);
    },
    acquire: ({ runId, attempt }) => {
      memory.journalPosition += 1;
      const { journalPosition } = memory;
      send({ type: 'acquire', runId, attempt, journalId, journalPosition, factsVersion: 1 });
    },
    close: () => socket.terminate(),
  };
}

const heartbeatOf = ({ journalPosition }: StubMemory, progress: Progress): GatewayMessage => ({
  type: 'heartbeat',
  progress,
  journalFault: null,
  journalPosition,
});

function helloOf(
  { gatewayId, privateKey }: StubIdentity,
  journalId: string,
  { linkNumber, epoch, commit }: StubMemory,
  nonce: string,
): GatewayMessage {
  const hello = { protocolVersion: LINK_PROTOCOL_VERSION, gatewayId, linkNumber, journalId };
  const proof = sign(null, Buffer.from(linkProofText(hello, nonce)), privateKey).toString('base64url');
  const about = { version: 'stub', sessionHost: 'virtual', machineName: 'stub' } as const;
  return { type: 'hello', ...hello, ...about, epochSeen: epoch, commitSeen: commit, proof };
}

/** A gateway that is silent for long is offered nothing any more. As the real one does, it also asks whether the server is there. */
function beat(socket: WebSocket, link: StubLink, heartbeat: () => GatewayMessage): void {
  const timer = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN) return;
    link.send(heartbeat());
    socket.ping();
  }, HEARTBEAT_INTERVAL_MS);
  socket.on('close', () => clearInterval(timer));
}

/** A machine for which every account is free but those that people use, so that nothing but the queue is measured. */
export function factsOf({ sessionLimit, signedIn = [] }: StubMachine): MachineFactsMessage {
  return {
    version: 1,
    operatingSystem: 'stub',
    reportedPolicy: 'linux',
    sessions: signedIn.map((user, index) => sessionOf(user, index)),
    sessionLimit,
    remoteDesktopServices: false,
    canUnattended: true,
    canAttended: true,
    missing: [],
    ownUser: null,
  };
}

function sessionOf(user: string, index: number): MachineFactsMessage['sessions'][number] {
  const shown = {
    state: 'active',
    locked: false,
    ours: false,
    runId: null,
    display: `:${index}`,
    type: 'x11',
  } as const;
  return { id: `s${index}`, user, uid: 1000 + index, ...shown };
}
