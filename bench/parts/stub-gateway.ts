import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import {
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

export interface StubLink {
  send(message: GatewayMessage): void;
  close(): void;
}

/** What a stub says of its machine. */
export interface StubMachine {
  readonly sessionLimit: number;
  /** Accounts that people are signed in with, at an unlocked screen. */
  readonly signedIn?: readonly string[];
}

/** Opens the link and answers when it carries work; `onMessage` gets everything after that. */
export function linkStub(
  server: string,
  identity: StubIdentity,
  machine: StubMachine,
  onMessage: (message: ServerMessage, link: StubLink) => void,
): Promise<StubLink> {
  const socket = new WebSocket(server.replace(/^http/, 'ws') + LINK_PATH, { perMessageDeflate: false });
  const link: StubLink = { send: (message) => socket.send(JSON.stringify(message)), close: () => socket.close() };
  const journalId = `j-${identity.gatewayId}`;
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as ServerMessage;
      switch (message.type) {
        case 'challenge': {
          const protocolVersion = LINK_PROTOCOL_VERSION;
          const hello = { protocolVersion, gatewayId: identity.gatewayId, linkNumber: 0, journalId };
          const proof = sign(null, Buffer.from(linkProofText(hello, message.nonce)), identity.privateKey).toString(
            'base64url',
          );
          const about = {
            version: 'stub',
            sessionHost: 'virtual',
            machineName: 'stub',
            epochSeen: null,
            commitSeen: 0,
          } as const;
          return link.send({ type: 'hello', ...hello, ...about, proof });
        }
        case 'welcome':
          link.send({ type: 'linkConfirmed', linkNumber: message.linkNumber });
          return link.send({ type: 'reconcile', journalId, attempts: [], facts: factsOf(machine) });
        case 'refused':
          return reject(new Error(`${message.code}: ${message.message}`));
        case 'reconciled':
          beat(socket, link);
          return resolve(link);
        default:
          return onMessage(message, link);
      }
    });
  });
}

/** A gateway that is silent for long is offered nothing any more. */
function beat(socket: WebSocket, link: StubLink): void {
  const timer = setInterval(
    () => link.send({ type: 'heartbeat', progress: [], journalFault: null }),
    HEARTBEAT_INTERVAL_MS,
  );
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
