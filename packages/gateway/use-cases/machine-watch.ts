import { linuxSessionLimit } from '@deskhand/domain/capacity/session-limit.ts';
import type { MachineFacts, MachinePolicy } from '@deskhand/domain/session/machine.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import type { GatewayLog } from '../ports/machine.ts';
import type { SessionHost, SessionHostProbe } from '../ports/session-host.ts';

/** How often the machine is looked at when nothing of ours changes it. */
export const FACTS_POLL_INTERVAL_MS = 2_000;
/** Programs are installed and taken away seldom. */
export const PROBE_INTERVAL_MS = 60_000;

export interface MachineWatch {
  readonly facts: () => MachineFacts;
  /** Looks now; the version rises when anything changed, and then `changed` hears of it. */
  readonly refresh: () => Promise<MachineFacts>;
  readonly start: (changed: (facts: MachineFacts) => void) => Promise<void>;
  readonly stop: () => void;
}

interface WatchPorts {
  readonly host: SessionHost;
  readonly nowMs: () => number;
  readonly timers: Timers;
  readonly log: GatewayLog;
  readonly factsPollIntervalMs?: number;
}

export function createMachineWatch(ports: WatchPorts): MachineWatch {
  const { host, nowMs, timers, log, factsPollIntervalMs = FACTS_POLL_INTERVAL_MS } = ports;
  // Versions must rise over restarts too, because the server compares them with what it has remembered.
  let facts: MachineFacts = { ...emptyFacts(host.kind), version: Math.floor(nowMs() / 1000) };
  let changed: (facts: MachineFacts) => void = () => undefined;
  let probedAtMs = Number.NEGATIVE_INFINITY;
  let callOff: (() => void) | undefined;
  let isStopped = false;

  const refresh = async (): Promise<MachineFacts> => {
    const probe = nowMs() - probedAtMs >= PROBE_INTERVAL_MS ? await host.probe() : undefined;
    if (probe) probedAtMs = nowMs();
    const sessions = await host.listSessions();
    // Only now is it read what is known: another look may have ended meanwhile, and what it found must not be lost.
    const seen = { ...facts, ...(probe && factsOfProbe(host.kind, probe)), sessions };
    if (isSame(seen, facts)) return facts;
    facts = { ...seen, version: facts.version + 1 };
    changed(facts);
    return facts;
  };
  const poll = async (): Promise<void> => {
    await refresh().catch((error: unknown) => log.error({ error: String(error) }, 'could not look at the machine'));
    if (!isStopped) callOff = timers.after(factsPollIntervalMs, () => void poll());
  };
  return {
    facts: () => facts,
    refresh,
    start: async (listener) => {
      changed = listener;
      await poll();
    },
    stop: () => {
      isStopped = true;
      callOff?.();
    },
  };
}

function isSame(a: MachineFacts, b: MachineFacts): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const policies = { linux: 'linux', virtual: 'virtual', windows: 'multi-session' } as const satisfies Record<
  SessionHost['kind'],
  MachinePolicy
>;

function emptyFacts(kind: SessionHost['kind']): MachineFacts {
  return {
    version: 0,
    operatingSystem: 'unknown',
    reportedPolicy: policies[kind],
    sessions: [],
    sessionLimit: 1,
    remoteDesktopServices: false,
    canUnattended: false,
    canAttended: false,
    missing: [],
    ownUser: null,
  };
}

function factsOfProbe(kind: SessionHost['kind'], probe: SessionHostProbe): Partial<MachineFacts> {
  return {
    operatingSystem: probe.operatingSystem,
    sessionLimit: kind === 'virtual' ? 1 : linuxSessionLimit(probe.memoryBytes, probe.cores),
    canUnattended: probe.unattended,
    canAttended: probe.attended,
    missing: probe.missing,
    ownUser: probe.ownUser,
  };
}
