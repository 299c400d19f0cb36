import { randomInt } from 'node:crypto';
import { homedir, hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ApiError } from '@deskhand/protocol/http/client.ts';
import { errorTable } from '@deskhand/protocol/errors.ts';
import { systemTimers } from '@deskhand/protocol/timers.ts';
import { openTraces } from '@deskhand/protocol/traces/open-traces.ts';
import { openGatewayKey } from './adapters/identity/identity-store.ts';
import { RecoveryKeyRefused } from './adapters/identity/recovery-key.ts';
import { createSecretOpener } from './adapters/identity/secret-opener.ts';
import { openJournal } from './adapters/journal/open-journal.ts';
import { findBundles, kitCopiedTo, kitInPlace, removeOldKits } from './adapters/kit/open-kit.ts';
import { dialFrames } from './adapters/link/dial-frames.ts';
import { dialServer } from './adapters/link/dial-server.ts';
import { linkMemoryPath, openLinkMemory } from './adapters/link/link-memory.ts';
import { openLinkStanding } from './adapters/link/link-standing.ts';
import { ServerLink } from './adapters/link/open-link.ts';
import { LinuxHost } from './adapters/linux/linux-host.ts';
import { openBootClock } from './adapters/machine/boot-clock.ts';
import { openLog } from './adapters/machine/gateway-log.ts';
import { processes } from './adapters/machine/processes.ts';
import { type InstanceLock, takeInstanceLock } from './adapters/machine/single-instance.ts';
import { openRunnerChannels } from './adapters/runner-channel/open-channel.ts';
import { openScreenshots } from './adapters/runner-channel/screenshots.ts';
import { openSpools } from './adapters/runner-channel/spools.ts';
import { tracedLink } from './adapters/traces/traced-link.ts';
import { VirtualHost } from './adapters/virtual/virtual-host.ts';
import { type Command, parseCommand, USAGE, UsageError } from './command-line.ts';
import {
  confirmJoinHere,
  enrolledIdentity,
  enrolMachine,
  renewRecoveryKey,
  showClusterKey,
} from './cluster-commands.ts';
import { examineHere, probesOf } from './doctor-command.ts';
import { openPreflightFile, preflightFilePath } from './adapters/preflight/preflight-file.ts';
import { makePassableFolder, makePrivateFolder, StartRefused } from './disk/private-folder.ts';
import { runtimeFolder } from './disk/runtime-folder.ts';
import type { GatewayIdentity } from './ports/identity.ts';
import { installService, RESTART_SIGNAL, restartHere } from './service-commands.ts';
import { ownerOf, type SessionOwner } from './session-desktop/session-owner.ts';
import { compactEntries } from './use-cases/attempt-record.ts';
import { createGatewayCore } from './use-cases/gateway-core.ts';
import { GATEWAY_VERSION } from './version.ts';

const isRoot = process.getuid?.() === 0;

async function main(command: Command): Promise<void> {
  if (command.kind === 'help') process.stdout.write(USAGE);
  else if (command.kind === 'enrol') await enrolMachine(command);
  else if (command.kind === 'confirm-join') await confirmJoinHere(command);
  else if (command.kind === 'key') await showClusterKey(command);
  else if (command.kind === 'doctor') process.exitCode = await examineHere(command);
  else if (command.kind === 'restart') await restartHere(command);
  else if (command.kind === 'install-service') installService(command);
  else if (command.kind === 'recovery-key') await renewRecoveryKey(command.dataFolder);
  else await run(command);
}

async function run(command: Extract<Command, { kind: 'run' }>): Promise<void> {
  const folder = makePrivateFolder(command.dataFolder);
  const identity = enrolledIdentity(folder);
  const runtime = runtimeFolder(folder, isRoot);
  const locks = [lockOrRefuse(join(folder, 'gateway.lock'))];
  if (isRoot && !command.besideOthers) locks.push(lockOrRefuse(join(runtime, 'gateway.lock')));
  const log = openLog();
  const kit = isRoot ? kitCopiedTo(command.kitFolder, findBundles()) : kitInPlace(findBundles());
  const helper = { nodePath: kit.node, helperPath: kit.sessionHelper };
  const parts = { ...helper, owner: ownerOf(identity.gatewayId, folder) };
  const host = openHost(identity, parts, (line) => log.info({}, line));
  const journal = openJournal({ folder, nowMs: Date.now, compact: compactEntries });
  const key = openGatewayKey(folder);
  const { newEncryptedClusterKey } = identity;
  const standing = openLinkStanding(folder);
  const tellReady = tellOnce(`${JSON.stringify({ ready: true, gatewayId: identity.gatewayId })}\n`);
  const place = { serverUrl: command.movedTo ?? identity.serverUrl, fingerprint: identity.fingerprint };
  const link = new ServerLink({
    dial: dialServer(place),
    timers: systemTimers,
    memory: openLinkMemory(linkMemoryPath(folder)),
    hello: {
      gatewayId: identity.gatewayId,
      journalId: journal.id,
      version: GATEWAY_VERSION,
      sessionHost: identity.sessionHost,
      machineName: hostname().slice(0, 120),
      ...(newEncryptedClusterKey ? { encryptedClusterKey: newEncryptedClusterKey } : {}),
    },
    sign: key.sign,
    heartbeat: () => core.heartbeat(),
    log,
    random: () => randomInt(1_000_000) / 1_000_000,
    onUp: () => {
      standing.write({ isUp: true, because: 'linked to the server', code: null });
      tellReady();
    },
    onDown: ({ because, code }) => standing.write({ isUp: false, because, code }),
  });
  const traces = await openTraces({ environment: process.env, service: 'deskhand-gateway', version: GATEWAY_VERSION });
  const traced = tracedLink(link, traces, Date.now);
  const core = createGatewayCore({
    host,
    journal,
    link: traced.link,
    channels: openRunnerChannels(makePassableFolder(join(runtime, 'runners')), log),
    spools: openSpools(makePrivateFolder(join(folder, 'spools'))),
    screenshots: openScreenshots(makePrivateFolder(join(folder, 'screenshots'))),
    clock: openBootClock(),
    nowMs: Date.now,
    timers: systemTimers,
    processes,
    kit: () => kit,
    secrets: createSecretOpener(identity),
    probes: probesOf({
      folder,
      identity,
      movedTo: command.movedTo,
      link: async () => standing.now(),
      sessions: noSessions,
    }),
    preflights: openPreflightFile(preflightFilePath(folder)),
    frames: dialFrames(place),
    restart: () => void stop().finally(() => startAnew(command)),
    log,
  });
  let isStopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (isStopping ??= letGo());
  const letGo = async (): Promise<void> => {
    core.stop();
    await link.stop();
    await traces?.close();
    journal.close();
    for (const lock of locks) lock.release();
  };
  stopOnSignal(stop);
  process.once(RESTART_SIGNAL, () => void stop().finally(() => startAnew(command)));
  await core.resume();
  const isKitOurs = isRoot && !command.besideOthers && core.inHand.size === 0;
  if (isKitOurs) removeOldKits(command.kitFolder, new Set([basename(dirname(kit.runner))]));
  link.start(traced.handlers(core.handlers));
}

function openHost(
  identity: GatewayIdentity,
  parts: { readonly nodePath: string; readonly helperPath: string; readonly owner: SessionOwner },
  log: (line: string) => void,
) {
  const options = { ...parts, log };
  if (identity.sessionHost === 'virtual') return new VirtualHost(options);
  if (!isRoot) throw new StartRefused('This gateway signs accounts in, which only root can do. Start it as root.');
  return new LinuxHost(options);
}

function lockOrRefuse(path: string): InstanceLock {
  const answer = takeInstanceLock(path);
  if (!answer.ok) throw new StartRefused(answer.because);
  return answer.lock;
}

function tellOnce(line: string): () => void {
  let isTold = false;
  return () => {
    if (!isTold) process.stdout.write(line);
    isTold = true;
  };
}

/** Its own work in hand the gateway knows better than any probe. */
const noSessions = (): Promise<never> => Promise.reject(new Error('The gateway lists its sessions itself.'));

/**
 * A supervised gateway ends and is started again; any other becomes the new one in place, with the same process id. Runs and
 * sessions are in processes of their own either way, and are adopted.
 */
function startAnew({ isSupervised }: Extract<Command, { kind: 'run' }>): void {
  if (isSupervised || process.execve === undefined) process.exit(0);
  process.execve(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], process.env);
}

/** Runs and their sessions are left alone: the next gateway adopts them. */
function stopOnSignal(stop: () => Promise<void>): void {
  const end = (): void => void stop().finally(() => process.exit(0));
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return 3;
  if (error instanceof ApiError) return errorTable[error.problem.code].exit;
  return error instanceof RecoveryKeyRefused ? 4 : 2;
}

try {
  await main(parseCommand(process.argv.slice(2), { isRoot, home: homedir(), dataHome: process.env.XDG_DATA_HOME }));
} catch (error) {
  const told = error instanceof ApiError ? ` ${error.problem.remedy}\ncode: ${error.problem.code}` : '';
  process.stderr.write(`deskhand gateway: ${(error as Error).message}${told}\n`);
  process.exit(exitCodeOf(error));
}
