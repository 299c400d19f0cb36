import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { problem } from '@deskhand/protocol/errors.ts';
import { ApiError } from '@deskhand/protocol/http/client.ts';
import { keyFingerprint } from '@deskhand/protocol/seal.ts';
import { openEnrolmentServer } from './adapters/enrolment/enrolment-server.ts';
import { openJoinServer, openMemberServer } from './adapters/enrolment/join-server.ts';
import { makeTryAccount } from './adapters/enrolment/try-account.ts';
import { openGatewayKey, readIdentity, writeIdentity } from './adapters/identity/identity-store.ts';
import { recoveryKeys } from './adapters/identity/recovery-key.ts';
import { linkMemoryPath } from './adapters/link/link-memory.ts';
import { openQuestions, readLines, showOnTerminal } from './adapters/machine/terminal.ts';
import type { Command } from './command-line.ts';
import { makePrivateFolder, StartRefused } from './disk/private-folder.ts';
import type { ClusterKey, GatewayIdentity } from './ports/identity.ts';
import type { JoinScreen } from './ports/joining.ts';
import { confirmJoin } from './use-cases/confirm-join.ts';
import { enrol, type KeyedTarget } from './use-cases/enrol.ts';
import { joinByCode } from './use-cases/join-by-code.ts';
import { GATEWAY_VERSION } from './version.ts';

type Of<Kind extends Command['kind']> = Extract<Command, { kind: Kind }>;

/** Makes this machine a member of a cluster. */
export async function enrolMachine(command: Of<'enrol'>): Promise<void> {
  const folder = makePrivateFolder(command.dataFolder);
  if (readIdentity(folder)) throw new StartRefused(`${folder} is enrolled already. Give another folder with --data.`);
  const [token = '', recoveryKey = ''] = await readLines(process.stdin, [
    'Enrolment token',
    ...(command.readsRecoveryKey ? ['Recovery key'] : []),
  ]);
  const { serverUrl, fingerprint, sessionHost } = command;
  const key = openGatewayKey(folder);
  const joinWish = { token, name: command.name, waitMs: command.joinWaitMs };
  const joinPorts = { server: openJoinServer(serverUrl, fingerprint), key, screen: joinScreen, clock: waitClock };
  const ports = {
    server: openEnrolmentServer(serverUrl, fingerprint),
    key,
    recovery: recoveryKeys,
    tryAccount: command.offersTryAccount ? (clusterId: string) => makeTryAccount({ sessionHost, clusterId }) : null,
    joinByCode: command.joinWaitMs === 0 ? null : (target: KeyedTarget) => joinByCode(joinPorts, joinWish, target),
  };
  const wish = { ...command, token, recoveryKey: recoveryKey || null, version: GATEWAY_VERSION };
  const answer = await enrol(ports, wish);
  if (!answer.ok) throw new ApiError(problem(answer.because));
  // A new identity counts its links from the beginning; the journal stays, because what was started stays started.
  rmSync(linkMemoryPath(folder), { force: true });
  writeIdentity(folder, answer.identity);
  if (answer.newRecoveryKey) showRecoveryKey(answer.newRecoveryKey);
  const { gatewayId, clusterId, clusterName, clusterKey } = answer.identity;
  const keyShown = clusterKey ? await keyFingerprint(clusterKey.publicKey) : null;
  process.stdout.write(`${JSON.stringify({ gatewayId, clusterId, clusterName, keyFingerprint: keyShown })}\n`);
}

/** Hands this member's cluster key to a machine whose code is typed here. */
export async function confirmJoinHere(command: Of<'confirm-join'>): Promise<void> {
  const folder = makePrivateFolder(command.dataFolder);
  const { gatewayId, clusterId, clusterName, fingerprint, ...identity } = enrolledIdentity(folder);
  const clusterKey = keyOrRefuse(identity.clusterKey);
  const serverUrl = command.movedTo ?? identity.serverUrl;
  const server = openMemberServer({ serverUrl, fingerprint, gatewayId, key: openGatewayKey(folder) });
  const questions = openQuestions(process.stdin);
  const person = { ask: questions.ask, tell: (sentence: string) => void process.stderr.write(`${sentence}\n`) };
  const ports = { server, person, clock: waitClock };
  const answer = await confirmJoin(ports, { clusterId, clusterName, clusterKey }, command.name);
  questions.close();
  if (!answer.ok) throw new ApiError(problem(answer.because, answer.values));
  const keyShown = await keyFingerprint(clusterKey.publicKey);
  process.stderr.write(
    `${answer.name} gets the key of the cluster ${clusterName}. It shows the fingerprint ${keyShown}.\n`,
  );
  process.stdout.write(`${JSON.stringify({ confirmed: answer.name, keyFingerprint: keyShown })}\n`);
}

/** For people who seal a password from the command line, against a server that would show another key. */
export async function showClusterKey({ dataFolder, asJson }: Of<'key'>): Promise<void> {
  const { clusterId, clusterName, clusterKey } = enrolledIdentity(makePrivateFolder(dataFolder));
  const keyShown = await keyFingerprint(keyOrRefuse(clusterKey).publicKey);
  const told = asJson ? JSON.stringify({ clusterId, clusterName, keyFingerprint: keyShown }) : keyShown;
  process.stdout.write(`${told}\n`);
}

function keyOrRefuse(clusterKey: ClusterKey | null): ClusterKey {
  if (clusterKey) return clusterKey;
  throw new StartRefused('A virtual gateway holds no cluster key. Ask a member that signs accounts in.');
}

const waitClock = { monotonicMs: () => performance.now(), pause: async (forMs: number) => await pause(forMs) };
const joinScreen: JoinScreen = {
  showWhatToDo: (clusterName, expiresAt) =>
    void process.stderr.write(
      `The cluster ${clusterName} has a key. On a machine that is a member of it, run until ${shortTime(expiresAt)}:\n\n` +
        '  deskhand gateway confirm-join\n\nA code appears here then. (The recovery key of the cluster does it alone: --recovery-key-stdin)\n',
    ),
  showCode: (code) => showOnTerminal(`\nType this code there, and nowhere else:\n\n  ${code}\n\n`),
  showStillWaiting: (secondsLeft) => void process.stderr.write(`Waiting for the member, ${secondsLeft} s left.\n`),
};
const shortTime = (at: string): string => new Date(at).toLocaleTimeString('en-GB', { timeStyle: 'short' });

export async function renewRecoveryKey(dataFolder: string): Promise<void> {
  const folder = makePrivateFolder(dataFolder);
  const identity = enrolledIdentity(folder);
  const recoveryKey = recoveryKeys.create();
  const encrypted = recoveryKeys.encrypt(keyOrRefuse(identity.clusterKey), identity.clusterId, recoveryKey);
  writeIdentity(folder, { ...identity, newEncryptedClusterKey: encrypted });
  showRecoveryKey(recoveryKey);
  process.stderr.write(
    'The server learns of it when this gateway next starts; until then the old recovery key counts.\n',
  );
}

function showRecoveryKey(recoveryKey: string): void {
  showOnTerminal(
    `\nRecovery key of the cluster, shown only now. Keep it: another machine joins with it.\n\n  ${recoveryKey}\n\n`,
  );
}

export function enrolledIdentity(folder: string): GatewayIdentity {
  const identity = readIdentity(folder);
  if (identity) return identity;
  throw new StartRefused(`No gateway is enrolled in ${folder}. Enrol it first: deskhand gateway enrol --help`);
}
