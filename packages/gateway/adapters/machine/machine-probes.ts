import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { linuxSessionLimit } from '@deskhand/domain/capacity/session-limit.ts';
import { DOCTOR_CHECK_WAIT_MS } from '@deskhand/protocol/doctor.ts';
import { systemDisk } from '../../disk/disk.ts';
import type { CapacityFound, DiskFound, MachineProbes, ServerReach } from '../../ports/machine-probes.ts';
import { canOpenDisplays, installedPrograms, missingSentences } from '../../session-desktop/installed-programs.ts';
import { holderOf } from './single-instance.ts';

export interface ProbeParts extends Pick<MachineProbes, 'version' | 'pam' | 'sessions'> {
  readonly folder: string;
  /** The server of the enrolment, or where it is now; null while nothing is enrolled. */
  readonly serverUrl: string | null;
  /** `fetch`, which pins the certificate where one was given at the enrolment. */
  readonly fetch: typeof globalThis.fetch;
  readonly journalRoomBytes: number;
  readonly unit: string;
  readonly link: (pid: number | null) => ReturnType<MachineProbes['link']>;
}

const SYSTEMCTL_WAIT_MS = 2_000;
const run = promisify(execFile);

/** The eyes of the doctor on a real machine. */
export function openMachineProbes(parts: ProbeParts): MachineProbes {
  const { folder, serverUrl } = parts;
  const pidNow = (): number | null => holderOf(join(folder, 'gateway.lock'))?.pid ?? null;
  return {
    version: parts.version,
    nodeVersion: process.version,
    sessions: parts.sessions,
    pam: parts.pam,
    link: async () => await parts.link(pidNow()),
    gateway: async () => ({
      folder,
      isEnrolled: serverUrl !== null,
      pid: pidNow(),
      service: await serviceState(parts.unit),
    }),
    server: async () => await reachOf(serverUrl, parts.fetch),
    programs: async () => {
      const programs = installedPrograms();
      return { canOpenDisplays: canOpenDisplays(programs), missing: missingSentences(programs) };
    },
    disk: async () => diskOf(folder, parts.journalRoomBytes),
    capacity: async () => capacityNow(),
  };
}

/** Null where systemd does not run, or knows no such unit. */
async function serviceState(unit: string): Promise<string | null> {
  if (!existsSync('/run/systemd/system')) return null;
  try {
    const asked = ['show', unit, '--property=LoadState,ActiveState'];
    const { stdout } = await run('systemctl', asked, { timeout: SYSTEMCTL_WAIT_MS });
    const facts = new Map(stdout.split('\n').map((line) => line.split('=') as [string, string]));
    return facts.get('LoadState') === 'loaded' ? (facts.get('ActiveState') ?? 'unknown') : null;
  } catch {
    return null;
  }
}

/** One question serves two checks: whether the server answers, and by how much its clock differs. */
async function reachOf(url: string | null, fetch: typeof globalThis.fetch): Promise<ServerReach> {
  if (url === null) return { ok: false, url, because: 'no server is known before the machine is enrolled' };
  const beganAt = performance.now();
  try {
    const reply = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(DOCTOR_CHECK_WAIT_MS - 500) });
    const tookMs = performance.now() - beganAt;
    await reply.arrayBuffer();
    if (!reply.ok) return { ok: false, url, because: `it says ${reply.status}` };
    return { ok: true, url, tookMs, skewMs: skewOf(reply.headers.get('date'), tookMs) };
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { message?: string } };
    return { ok: false, url, because: cause?.message ?? message };
  }
}

/** The header knows whole seconds: what lies within one is no difference. */
export function skewOf(date: string | null, tookMs: number, nowMs = Date.now()): number | null {
  const saidMs = Date.parse(date ?? '');
  if (Number.isNaN(saidMs)) return null;
  const ahead = nowMs - tookMs / 2 - saidMs;
  return ahead >= 0 && ahead < 1_000 ? 0 : ahead;
}

function diskOf(folder: string, neededBytes: number): DiskFound {
  const journal = statSync(join(folder, 'journal.jsonl'), { throwIfNoEntry: false });
  const place = existsSync(folder) ? folder : '/';
  return {
    folder: place,
    freeBytes: systemDisk.freeBytes(place),
    neededBytes,
    journalBytes: journal?.size ?? 0,
    journalFault: null,
  };
}

function capacityNow(): CapacityFound {
  const [memoryBytes, cores] = [totalmem(), cpus().length];
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
  return {
    memoryBytes,
    availableBytes: Number(available ?? 0) * 1024,
    cores,
    limit: linuxSessionLimit(memoryBytes, cores),
  };
}
