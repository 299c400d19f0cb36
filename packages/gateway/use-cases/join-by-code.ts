import { ApiError } from '@deskhand/protocol/http/client.ts';
import { enrolProofText } from '@deskhand/protocol/link/messages.ts';
import {
  type JoinOpening,
  type JoinSubject,
  joinCode,
  joinCommitment,
  joinRandom,
  joinSealContext,
} from '@deskhand/protocol/join-code.ts';
import { importClusterPrivateKey, isKeyPair, makeSealingKey, openSealed } from '@deskhand/protocol/seal.ts';
import type { EnrolmentTarget } from '../ports/enrolment.ts';
import type { ClusterKey, GatewayKey } from '../ports/identity.ts';
import type { JoinProgress, JoinScreen, JoinServer, WaitClock } from '../ports/joining.ts';

const LOOK_INTERVAL_MS = 1_000;
const PROGRESS_INTERVAL_MS = 30_000;
/** What a server says that is only away for the moment. */
const passing: ReadonlySet<string> = new Set(['server-unreachable', 'server-unavailable', 'rate-limited']);

export interface JoinByCodePorts {
  readonly server: JoinServer;
  readonly key: GatewayKey;
  readonly screen: JoinScreen;
  readonly clock: WaitClock;
}
export interface JoinByCodeWish {
  readonly token: string;
  readonly name: string;
  readonly waitMs: number;
}
export type JoinByCodeAnswer =
  | { readonly ok: true; readonly clusterKey: ClusterKey }
  | { readonly ok: false; readonly because: 'join-expired' | 'join-refused' | 'join-tampered' };

/** Asks the members for the cluster's key and shows the code that a person types at one of them. */
export async function joinByCode(
  ports: JoinByCodePorts,
  wish: JoinByCodeWish,
  target: EnrolmentTarget & { readonly clusterPublicKey: string },
): Promise<JoinByCodeAnswer> {
  const { server, key, screen } = ports;
  const { token, name, waitMs } = wish;
  const sealingKey = await makeSealingKey();
  const subject = {
    clusterId: target.clusterId,
    clusterPublicKey: target.clusterPublicKey,
    name,
    gatewayPublicKey: key.publicKey,
  };
  const opening = { publicKey: sealingKey.publicKey, secret: joinRandom() };
  const proof = key.sign(enrolProofText({ token, name, publicKey: key.publicKey }));
  const commitment = await joinCommitment(subject, opening);
  const request = { token, name, publicKey: key.publicKey, proof, sessionHost: 'linux' as const, commitment, waitMs };
  const { id, expiresAt } = await server.ask(request);
  screen.showWhatToDo(target.clusterName, expiresAt);
  const following = follow(ports, { id, token, deadlineMs: ports.clock.monotonicMs() + waitMs });

  const answered = await following(({ state }) => state !== 'waiting');
  if (answered === undefined) return { ok: false, because: 'join-expired' };
  // Opened for the first answer only: with a second one a code could be chosen that fits another key.
  const { answer } = answered;
  if (answer === null) return { ok: false, because: 'join-refused' };
  await server.reveal(id, token, opening);
  screen.showCode(await joinCode(subject, opening, answer));

  const settled = await following(({ state }) => state === 'confirmed' || state === 'refused');
  if (settled === undefined) return { ok: false, because: 'join-expired' };
  if (settled.state === 'refused' || settled.sealedKey === null) return { ok: false, because: 'join-refused' };
  const clusterKey = await opened(settled.sealedKey, sealingKey, { subject, opening, answer });
  return clusterKey ? { ok: true, clusterKey } : { ok: false, because: 'join-tampered' };
}

interface Followed {
  readonly id: string;
  readonly token: string;
  readonly deadlineMs: number;
}

/** Looks again and again until the time is over; a server that is away for a moment is asked once more. */
function follow({ server, screen, clock }: JoinByCodePorts, { id, token, deadlineMs }: Followed) {
  let nextWordMs = clock.monotonicMs() + PROGRESS_INTERVAL_MS;
  return async (isEnough: (progress: JoinProgress) => boolean): Promise<JoinProgress | undefined> => {
    for (;;) {
      const progress = await server.progress(id, token).catch(ignorePassing);
      if (progress && isEnough(progress)) return progress;
      const nowMs = clock.monotonicMs();
      if (nowMs >= deadlineMs) return undefined;
      if (nowMs >= nextWordMs) {
        screen.showStillWaiting(Math.round((deadlineMs - nowMs) / 1000));
        nextWordMs += PROGRESS_INTERVAL_MS;
      }
      await clock.pause(LOOK_INTERVAL_MS);
    }
  };
}

function ignorePassing(error: unknown): undefined {
  if (error instanceof ApiError && passing.has(error.problem.code)) return undefined;
  throw error;
}

interface Transcript {
  readonly subject: JoinSubject;
  readonly opening: JoinOpening;
  readonly answer: string;
}

/** The key that was sealed for this machine, when it is the other half of the key that the code spoke of. */
async function opened(
  sealedKey: string,
  own: ClusterKey,
  { subject, opening, answer }: Transcript,
): Promise<ClusterKey | undefined> {
  try {
    const privateKey = await importClusterPrivateKey(own.privateKeyPkcs8);
    const context = joinSealContext(subject, opening, answer);
    const privateKeyPkcs8 = await openSealed(privateKey, own.publicKey, sealedKey, context);
    const publicKey = subject.clusterPublicKey;
    return (await isKeyPair(publicKey, privateKeyPkcs8)) ? { publicKey, privateKeyPkcs8 } : undefined;
  } catch {
    return undefined;
  }
}
