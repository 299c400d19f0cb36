import type { SessionFact } from '@deskhand/domain/session/machine.ts';
import type { SessionAccount } from '../ports/session-host.ts';
import { LOOKING_MARKER } from '../session-helper/helper-messages.ts';
import { accountOfUid, shortName } from './accounts.ts';
import { displayNumber, liveDisplays } from './displays.ts';
import { logindSessions, type LogindSession } from './logind.ts';
import { environmentOf, processFact, processIds, readProcFile } from './process-facts.ts';
import type { StoredSession } from './runtime-folder.ts';
import { scanSessions, type ScannedProcess, type ScannedSession } from './session-scan.ts';

/** A session that Deskhand did not make, before anybody looked whether it is locked. */
export interface PersonSession {
  readonly fact: SessionFact;
  /** Undefined for sessions that only logind knows. */
  readonly scanned: ScannedSession | undefined;
  readonly account: SessionAccount | undefined;
  /** What logind says of the lock; lockers that do not tell it leave it false. */
  readonly lockedHint: boolean;
}

export interface ListingRequest {
  readonly mayHaveSession: (uid: number) => boolean;
  /** Processes of our own sessions tell nothing about people's. */
  readonly isOurs: (pid: number, environment: ReadonlyMap<string, string>) => boolean;
  readonly ourLeaders: ReadonlySet<number>;
  readonly systemBusAddress: string | undefined;
}

export async function personSessions(request: ListingRequest): Promise<readonly PersonSession[]> {
  const logind = (await logindSessions(request.systemBusAddress)).filter(
    (one) => request.mayHaveSession(one.uid) && isPersonSession(one) && !request.ourLeaders.has(one.leader),
  );
  const scanned = scanSessions(relevantProcesses(request), liveDisplays());
  const merged = mergeSessions(scanned, logind);
  return Promise.all(merged.map(describe));
}

function relevantProcesses({ mayHaveSession, isOurs }: ListingRequest): readonly ScannedProcess[] {
  return processIds().flatMap((pid) => {
    const fact = processFact(pid);
    if (fact === undefined || fact.zombie || !mayHaveSession(fact.uid)) return [];
    const environment = environmentOf(pid);
    if (environment.has(LOOKING_MARKER)) return [];
    const screen = environment.has('DISPLAY') || environment.has('WAYLAND_DISPLAY');
    return !screen || isOurs(pid, environment) ? [] : [{ ...fact, environment }];
  });
}

/**
 * People at a screen. A remote shell is no desktop session and does not stand in the way of one; `closing` means the
 * person has signed out and only leftovers run.
 */
function isPersonSession(session: LogindSession): boolean {
  const graphical = ['x11', 'wayland', 'mir'].includes(session.type);
  return (
    session.class === 'user' &&
    session.state !== 'closing' &&
    (graphical || (session.type === 'tty' && !session.remote))
  );
}

export interface MergedSession {
  readonly scanned: ScannedSession | undefined;
  readonly logind: LogindSession | undefined;
}

/** The same session seen twice is one: by logind's number in a process's environment, else by account and display. */
export function mergeSessions(
  scanned: readonly ScannedSession[],
  logind: readonly LogindSession[],
): readonly MergedSession[] {
  const left = new Set(logind);
  const merged: MergedSession[] = scanned.map((one) => {
    const same = [...left].find((other) => other.uid === one.uid && isSame(one, other));
    if (same !== undefined) left.delete(same);
    return { scanned: one, logind: same };
  });
  return [...merged, ...[...left].map((one) => ({ scanned: undefined, logind: one }))];
}

function isSame(scanned: ScannedSession, { id, display, type }: LogindSession): boolean {
  if (type === 'tty') return scanned.logindIds.has(id);
  const number = displayNumber(display);
  return (
    scanned.logindIds.has(id) ||
    (number !== undefined && number === displayNumber(scanned.display ?? '')) ||
    (scanned.type === 'wayland' && type === 'wayland')
  );
}

async function describe({ scanned, logind }: MergedSession): Promise<PersonSession> {
  const uid = scanned?.uid ?? logind?.uid ?? -1;
  const account = await accountOfUid(uid);
  const display = scanned?.display ?? (logind?.display ? logind.display : null);
  const type = typeOf(scanned, logind);
  const fact: SessionFact = {
    id: logind === undefined ? `${uid}${display ?? '/wayland'}` : `logind-${logind.id}`,
    user: shortName(account?.user ?? logind?.user ?? String(uid)),
    uid,
    state: logind === undefined || (logind.state === 'active' && logind.active) ? 'active' : 'inactive',
    locked: 'unknown',
    ours: false,
    runId: null,
    display,
    type,
  };
  return { fact, scanned, account, lockedHint: logind?.lockedHint ?? false };
}

function typeOf(scanned: ScannedSession | undefined, logind: LogindSession | undefined): SessionFact['type'] {
  if (scanned?.type === 'wayland' || logind?.type === 'wayland') return 'wayland';
  if (scanned !== undefined) return scanned.type;
  if (logind?.type === 'tty') return 'console';
  return logind?.type === 'x11' ? 'x11' : 'other';
}

/** A session of ours counts from the first folder made for it to the last one removed. */
export function ourFact({ record }: StoredSession): SessionFact {
  const { sessionId, runId, user, uid, display } = record;
  return {
    id: sessionId,
    user: shortName(user),
    uid,
    state: 'active',
    locked: false,
    ours: true,
    runId,
    display: display === '' ? null : display,
    type: 'x11',
  };
}

export function cgroupOf(pid: number): string {
  return /^0::(\/.*)$/m.exec(readProcFile(pid, 'cgroup') ?? '')?.[1] ?? '';
}
