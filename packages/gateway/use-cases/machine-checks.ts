import { MEMORY_PER_SESSION_BYTES } from '@deskhand/domain/capacity/session-limit.ts';
import type { MachinePolicy, SessionFact } from '@deskhand/domain/session/machine.ts';
import { CHECK_TEXT_MAX, type CheckName, type MachineCheck } from '@deskhand/protocol/doctor.ts';
import type { ErrorCode } from '@deskhand/protocol/errors.ts';
import type {
  CapacityFound,
  DiskFound,
  GatewayStanding,
  LinkStanding,
  PamFound,
  ProgramsFound,
  ServerReach,
  SessionsFound,
} from '../ports/machine-probes.ts';

/** Above this the times of logs and certificates mislead people. */
export const CLOCK_SKEW_MAX_MS = 5_000;
export const NODE_MAJOR_MIN = 24;
const SESSIONS_NAMED_MAX = 10;

/** The run that the machine failed; then its sessions are judged by the rules that counted for it. */
export interface FailedRun {
  readonly policy: MachinePolicy;
  readonly user: string;
}

interface Verdict {
  readonly found: string;
  /** Absent when all is well. */
  readonly fix?: string | undefined;
  readonly code?: ErrorCode | string | null;
  readonly optional?: boolean;
}

/** One check as it is told: nothing found leaves a fix empty, and texts keep to their bounds. */
export function check(name: CheckName, { found, fix, code = null, optional = false }: Verdict): MachineCheck {
  const cut = (text: string): string => text.slice(0, CHECK_TEXT_MAX);
  const good = fix === undefined;
  return { name, good, optional, found: cut(found), fix: cut(fix ?? ''), code: good ? null : code };
}

export function judgeGateway({ folder, isEnrolled, pid, service }: GatewayStanding): MachineCheck {
  const isOwnService = service !== null && service !== 'active';
  if (!isEnrolled)
    return check('gateway', {
      found: `no gateway is enrolled in ${folder}`,
      fix: 'deskhand up, or deskhand gateway enrol --help',
      optional: true,
    });
  if (pid === null)
    return check('gateway', {
      found: `no gateway runs on ${folder}${service === null ? '' : `; the service is ${service}`}`,
      fix: service === null ? 'deskhand gateway install-service, or deskhand gateway run' : 'deskhand gateway restart',
      code: 'gateway-not-running',
    });
  if (isOwnService)
    return check('gateway', {
      found: `process ${pid} runs, and the service is ${service}: nothing starts it again after a reboot`,
      fix: 'end the process, then deskhand gateway restart',
      optional: true,
    });
  const how = service === null ? 'started by hand or by deskhand up' : 'the service is active';
  return check('gateway', { found: `process ${pid} runs; ${how}` });
}

export function judgeServer(reach: ServerReach): MachineCheck {
  if (reach.ok) return check('server', { found: `${reach.url} answers in ${Math.round(reach.tookMs)} ms` });
  if (reach.url === null) return check('server', { found: reach.because });
  return check('server', {
    found: `${reach.url} does not answer: ${reach.because}`,
    fix: 'look at cable, VPN, proxy and firewall here, then whether the server runs; an address that has changed is given with deskhand gateway run --server URL',
    code: 'server-unreachable',
  });
}

export function judgeLink({ isUp, because, code }: LinkStanding): MachineCheck {
  if (isUp === true) return check('link', { found: because });
  if (isUp === null) return check('link', { found: because, fix: 'start the gateway', optional: true });
  const fix = code === null ? 'see the check of the server; the gateway tries again by itself' : `see ${code}`;
  return check('link', { found: because, fix, code: code ?? 'server-unreachable' });
}

/** The server's own clock counts for deadlines; a wrong one here spoils logs and, far off, certificates. */
export function judgeClock(reach: ServerReach): MachineCheck {
  if (!reach.ok || reach.skewMs === null)
    return check('clock', { found: 'not compared: the server told no time', optional: true });
  const seconds = Math.round(Math.abs(reach.skewMs) / 1000);
  if (Math.abs(reach.skewMs) <= CLOCK_SKEW_MAX_MS)
    return check('clock', { found: `within ${seconds} s of the server` });
  return check('clock', {
    found: `${seconds} s ${reach.skewMs > 0 ? 'ahead of' : 'behind'} the server`,
    fix: 'set the clock: timedatectl set-ntp true, on the machine whose time is wrong',
    code: 'certificate-unknown',
    optional: true,
  });
}

/** S57 and S58: who is signed in, and whether there is room for one more. */
export function judgeSessions({ sessions, inHand, limit }: SessionsFound, run?: FailedRun): MachineCheck {
  const leftovers = sessions.filter((one) => one.ours && inHand !== null && !inHand.has(one.runId ?? ''));
  const people = sessions.filter((one) => !one.ours);
  const found = sessions.length === 0 ? 'nobody is signed in' : namesOf(sessions);
  if (leftovers.length > 0)
    return check('sessions', {
      found: `${found}. Left over by ended runs: ${namesOf(leftovers)}`,
      fix: 'deskhand gateway restart ends what is left over; a machine that was just restarted needs a moment',
      code: 'cannot-create-session',
    });
  if (run?.policy === 'single-session' && people.length > 0)
    return check('sessions', { found, fix: 'sign every person out of the machine', code: 'session-exists-single' });
  if (people.some((one) => one.user === run?.user))
    return check('sessions', {
      found,
      fix: `sign ${run?.user ?? ''} out of the machine, or run attended`,
      code: 'session-exists-multi',
    });
  if (sessions.length >= limit)
    return check('sessions', {
      found: `${found}. That is the limit of ${limit}`,
      fix: 'sign somebody out, or raise the sessions of the gateway where the machine bears it',
      code: 'cannot-create-session',
      optional: true,
    });
  return check('sessions', { found: `${found}; ${limit - sessions.length} of ${limit} places are free` });
}

function namesOf(sessions: readonly SessionFact[]): string {
  const named = sessions.slice(0, SESSIONS_NAMED_MAX).map((one) => {
    const lock = one.locked === true ? ', locked' : one.locked === 'unknown' ? ', lock unknown' : '';
    return `${one.user} (${one.state}${lock}${one.ours ? ', of a run' : ''})`;
  });
  const more = sessions.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** What a display needs decides; the rest makes sessions better. */
export function judgePrograms({ canOpenDisplays, missing }: ProgramsFound): readonly MachineCheck[] {
  const display = canOpenDisplays
    ? check('display', { found: 'a virtual display can be opened' })
    : check('display', {
        found: 'no virtual display can be opened, so no unattended run starts here',
        fix: 'apt-get install -y tigervnc-standalone-server dbus openbox',
        code: 'cannot-create-session',
      });
  const desktop =
    missing.length === 0
      ? check('desktop', { found: 'every desktop program is installed' })
      : check('desktop', { found: `${missing.length} missing`, fix: missing.join('; '), optional: canOpenDisplays });
  return [display, desktop];
}

export function judgeDisk({ folder, freeBytes, neededBytes, journalBytes, journalFault }: DiskFound): MachineCheck {
  const found = `${inMegabytes(freeBytes)} free for ${folder}, the journal has ${inMegabytes(journalBytes)}`;
  if (journalFault !== null)
    return check('disk', {
      found: `${found}; ${journalFault}`,
      fix: 'free space; the gateway takes runs again by itself',
      code: 'journal-not-writable',
    });
  if (freeBytes >= neededBytes) return check('disk', { found });
  return check('disk', {
    found,
    fix: `free ${inMegabytes(neededBytes)} at least`,
    code: 'journal-not-writable',
  });
}

const inMegabytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;

export function judgePam({ isNeeded, found, trouble }: PamFound): MachineCheck {
  if (trouble === null) return check('pam', { found });
  return check('pam', { found: trouble, fix: found, code: 'cannot-create-session', optional: !isNeeded });
}

export function judgeCapacity({ memoryBytes, availableBytes, cores, limit }: CapacityFound): MachineCheck {
  const found = `${inMegabytes(memoryBytes)} memory, ${inMegabytes(availableBytes)} of it free, ${cores} cores: room for ${limit} sessions`;
  if (availableBytes >= MEMORY_PER_SESSION_BYTES) return check('capacity', { found });
  return check('capacity', {
    found,
    fix: `end programs: a session wants about ${inMegabytes(MEMORY_PER_SESSION_BYTES)}`,
    code: 'SessionCreationError',
    optional: true,
  });
}

export function judgeNode(version: string): MachineCheck {
  const isOld = Number(version.replace(/^v/, '').split('.')[0]) < NODE_MAJOR_MIN;
  return check('node', { found: version, ...(isOld ? { fix: `install Node ${NODE_MAJOR_MIN} or newer` } : {}) });
}
