import type { HostedSession, SessionAccount, SessionProgram, SessionRecord } from '../ports/session-host.ts';
import type { Containment } from './containment.ts';
import type { Entrance } from './entrance.ts';
import { HelperNotifier } from './notifier.ts';
import { parseStat, readProcFile, signalQuietly } from './process-facts.ts';
import { removeRuntimeFolder, type RuntimeFolder } from './runtime-folder.ts';
import { screenshotInside, startNotifyHelper, type HelperProgram } from './session-helper.ts';
import { startProcess, type WaitingProcess } from './session-process.ts';
import { until } from './waiting.ts';

export interface SessionParts {
  readonly record: SessionRecord;
  readonly account: SessionAccount;
  readonly entrance: Entrance;
  readonly containment: Containment;
  readonly folder: RuntimeFolder;
  readonly helper: HelperProgram;
  readonly prepared?: WaitingProcess | undefined;
  readonly log: (line: string) => void;
  /** Resolves when the session ended under the run; stops looking when the signal says so. */
  readonly watch: (stop: AbortSignal) => Promise<{ readonly because: string }>;
  /** Gives the account's lock back and closes what the sign-in opened. */
  readonly release: () => Promise<void>;
}

export function hostSession(parts: SessionParts): HostedSession {
  const { record, account, entrance, helper, prepared } = parts;
  const notifier = new HelperNotifier(() => startNotifyHelper(helper, entrance), parts.log);
  const stop = new AbortController();
  let ending: Promise<void> | undefined;
  return {
    record,
    account,
    environment: entrance.environment,
    notifier,
    ...(prepared === undefined ? {} : { prepared }),
    ended: parts.watch(stop.signal),
    spawn: (program: SessionProgram) => {
      if (ending !== undefined) throw new Error(`The session ${record.sessionId} is being signed out.`);
      return startProcess(entrance, program);
    },
    screenshot: (signal) => screenshotInside(helper, entrance, signal),
    signOut: ({ graceMs }) => {
      stop.abort();
      prepared?.drop();
      ending ??= endSession(parts, notifier, graceMs).catch((error: unknown) => {
        // The next call tries again: what could not be ended still holds the account's lock.
        ending = undefined;
        throw error;
      });
      return ending;
    },
  };
}

async function endSession(parts: SessionParts, notifier: HelperNotifier, graceMs: number): Promise<void> {
  const { record } = parts;
  notifier.close();
  if (graceMs > 0) await endGently(parts, graceMs);
  await endForced({ ...parts, sessionId: record.sessionId, display: displayToClean(record) });
}

/** Programs get their display and bus until the grace is over, so that they can save and say goodbye. */
async function endGently({ containment, record }: SessionParts, graceMs: number): Promise<void> {
  const keeper = record.facts['keeperPid'];
  const isProgram = (pid: number): boolean =>
    pid !== keeper && parseStat(readProcFile(pid, 'stat') ?? '')?.parent !== keeper;
  for (const pid of containment.processIds().filter(isProgram)) signalQuietly(pid, 'SIGTERM');
  await until(() => !containment.processIds().some(isProgram), graceMs);
}

const displayToClean = (record: SessionRecord): number | undefined => {
  const number = record.facts['displayNumber'];
  return record.kind === 'signed-in' && typeof number === 'number' ? number : undefined;
};

export interface Remains extends Pick<SessionParts, 'containment' | 'entrance' | 'folder' | 'release' | 'log'> {
  readonly sessionId: string;
  readonly display: number | undefined;
}

/** Ends every process, then the files, then the lock: nobody else may sign the account in before all of it is gone. */
export async function endForced({
  containment,
  entrance,
  folder,
  release,
  log,
  sessionId,
  display,
}: Remains): Promise<void> {
  if (!(await containment.end())) throw new Error(`Processes of the session ${sessionId} do not end.`);
  if (!(await removeRuntimeFolder(folder, entrance, display)))
    log(`The folder ${folder.path} could not be removed; the next sweep tries again.`);
  await release();
}
