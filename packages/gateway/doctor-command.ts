import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { linuxSessionLimit } from '@deskhand/domain/capacity/session-limit.ts';
import { type DoctorReport, isWell } from '@deskhand/protocol/doctor.ts';
import { pinnedFetch } from '@deskhand/protocol/tls/pinned-fetch.ts';
import { systemTimers } from '@deskhand/protocol/timers.ts';
import { cpus, totalmem } from 'node:os';
import { readIdentity } from './adapters/identity/identity-store.ts';
import { JOURNAL_ROOM_BYTES_MIN } from './adapters/journal/open-journal.ts';
import { findBundles, kitInPlace } from './adapters/kit/open-kit.ts';
import { readLinkStanding } from './adapters/link/link-standing.ts';
import { inspectPam } from './adapters/linux/inspect-pam.ts';
import { LinuxHost } from './adapters/linux/linux-host.ts';
import { openMachineProbes, type ProbeParts } from './adapters/machine/machine-probes.ts';
import { holderOf } from './adapters/machine/single-instance.ts';
import { VirtualHost } from './adapters/virtual/virtual-host.ts';
import type { GatewayIdentity } from './ports/identity.ts';
import type { MachineProbes, SessionsFound } from './ports/machine-probes.ts';
import { SERVICE_UNIT } from './service-unit.ts';
import { ownerOf } from './session-desktop/session-owner.ts';
import { examineMachine } from './use-cases/examine-machine.ts';
import { GATEWAY_VERSION } from './version.ts';

export interface ProbeWish {
  readonly folder: string;
  readonly identity: GatewayIdentity | undefined;
  readonly movedTo: string | null;
  readonly sessions: () => Promise<SessionsFound>;
  readonly link: ProbeParts['link'];
}

/** The same eyes for the running gateway and for whoever stands at the machine. */
export function probesOf({ folder, identity, movedTo, sessions, link }: ProbeWish): MachineProbes {
  const isLinux = (identity?.sessionHost ?? (process.getuid?.() === 0 ? 'linux' : 'virtual')) === 'linux';
  return openMachineProbes({
    folder,
    version: GATEWAY_VERSION,
    serverUrl: movedTo ?? identity?.serverUrl ?? null,
    fetch: identity?.fingerprint ? pinnedFetch(identity.fingerprint) : fetch,
    journalRoomBytes: JOURNAL_ROOM_BYTES_MIN,
    unit: SERVICE_UNIT,
    link,
    sessions,
    pam: async () => inspectPam(isLinux),
  });
}

/** `deskhand doctor` at the machine, whether a gateway runs or not: one JSON line for each check. Answers the exit code. */
export async function examineHere({ dataFolder }: { readonly dataFolder: string }): Promise<number> {
  const identity = existsSync(dataFolder) ? readIdentity(dataFolder) : undefined;
  const probes = probesOf({
    folder: dataFolder,
    identity,
    movedTo: null,
    sessions: async () => await sessionsHere(dataFolder, identity),
    link: async (pid) => readLinkStanding(dataFolder, pid),
  });
  const report: DoctorReport = await examineMachine({ probes, timers: systemTimers, nowMs: Date.now });
  for (const check of report.checks) process.stdout.write(`${JSON.stringify(check)}\n`);
  return isWell(report) ? 0 : 1;
}

/** What a running gateway has in hand only it knows; where none runs, every session of a run is left over. */
async function sessionsHere(folder: string, identity: GatewayIdentity | undefined): Promise<SessionsFound> {
  const { node, sessionHelper } = kitInPlace(findBundles());
  const parts = {
    nodePath: node,
    helperPath: sessionHelper,
    ...(identity ? { owner: ownerOf(identity.gatewayId, folder) } : {}),
  };
  const isVirtual = identity?.sessionHost === 'virtual' || process.getuid?.() !== 0;
  const host = isVirtual ? new VirtualHost(parts) : new LinuxHost(parts);
  const isRunning = holderOf(join(folder, 'gateway.lock')) !== null;
  return {
    sessions: await host.listSessions(),
    inHand: isRunning ? null : new Set(),
    limit: isVirtual ? 1 : linuxSessionLimit(totalmem(), cpus().length),
  };
}
