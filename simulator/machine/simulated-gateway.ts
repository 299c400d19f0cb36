import { openJournal } from '@deskhand/gateway/adapters/journal/open-journal.ts';
import { openLinkMemory } from '@deskhand/gateway/adapters/link/link-memory.ts';
import { ServerLink } from '@deskhand/gateway/adapters/link/open-link.ts';
import { openPreflightFile } from '@deskhand/gateway/adapters/preflight/preflight-file.ts';
import type { Dial } from '@deskhand/gateway/adapters/link/link-wire.ts';
import { compactEntries } from '@deskhand/gateway/use-cases/attempt-record.ts';
import type { GatewayPorts } from '@deskhand/gateway/use-cases/core.ts';
import { createGatewayCore, type GatewayCore } from '@deskhand/gateway/use-cases/gateway-core.ts';
import { Life } from '../world/life.ts';
import type { World } from '../world/world.ts';
import { simulatedHost } from './simulated-host.ts';
import type { SimulatedMachine } from './simulated-machine.ts';

const FOLDER = '/var/lib/deskhand';
/** How long a supervisor takes to start a gateway again that was asked to start anew. */
const RESTART_MS = 2_000;
/** Small, so that compaction is part of the story. */
const JOURNAL_COMPACT_BYTES = 60_000;

/** How a gateway process reaches a server: the network's part. */
export type DialFrom = (life: Life, machine: SimulatedMachine) => Dial;

export interface GatewayParts {
  readonly world: World;
  readonly gatewayId: string;
  readonly machine: SimulatedMachine;
  readonly dialFrom: DialFrom;
  readonly factsPollMs: number;
  readonly silenceMaxMs: number;
  readonly processEnded: (life: Life, isMachineGone: boolean) => void;
}

interface Running {
  readonly life: Life;
  readonly core: GatewayCore;
  readonly link: ServerLink;
}

/** The real gateway over a simulated machine: it may be started, stopped, crash at any moment, and be started again. */
export class SimulatedGateway {
  readonly gatewayId: string;
  machine: SimulatedMachine;
  readonly #parts: GatewayParts;
  #running: Running | undefined;
  #journals = 0;
  /** Uninstalled, or a copy that is gone for good. */
  isRetired = false;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.gatewayId = parts.gatewayId;
    this.machine = parts.machine;
  }

  get isUp(): boolean {
    return this.#running !== undefined;
  }

  get life(): Life | undefined {
    return this.#running?.life;
  }

  get core(): GatewayCore | undefined {
    return this.#running?.core;
  }

  get isLinked(): boolean {
    return this.#running?.link.isUp() ?? false;
  }

  start(): void {
    if (this.#running !== undefined || this.isRetired || this.machine.power.isOver) return;
    const { world } = this.#parts;
    const life = new Life(world.timeline, this.machine.clock);
    world.trace.mark(`up ${this.#name}`);
    world.trace.tell(() => `${this.#name} starts`);
    try {
      this.#running = this.#open(life);
    } catch (error) {
      // A full disk or a power cut in mid-write: its supervisor tries again.
      life.end();
      world.trace.tell(() => `${this.#name} cannot start: ${(error as Error).message}`);
      this.machine.power.timers.after(5_000, () => this.start());
      return;
    }
    const { core, link } = this.#running;
    void core.resume().then(
      () => {
        if (!life.isOver) link.start(core.handlers);
      },
      (error: unknown) => {
        // One that died in the middle of it writes nothing any more, and nobody is there to hear that.
        if (!life.isOver) throw error;
      },
    );
  }

  /** Somebody moved the file away, as the message about a damaged one says. */
  loseJournal(): void {
    this.machine.disk.remove(`${FOLDER}/${this.gatewayId}/journal.jsonl`);
  }

  /** `kill -9`, or the machine went away under it. */
  crash(isMachineGone = false): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    const { world } = this.#parts;
    world.trace.mark(`down ${this.#name}`);
    world.trace.tell(() => `${this.#name} crashes`);
    running.life.end();
    running.core.stop();
    this.#parts.processEnded(running.life, isMachineGone);
  }

  get #name(): string {
    return `${this.gatewayId} on ${this.machine.name}`;
  }

  #open(life: Life): Running {
    const { machine } = this;
    const { gatewayId, dialFrom, world } = this.#parts;
    const folder = `${FOLDER}/${gatewayId}`;
    const journal = openJournal({
      folder,
      nowMs: () => machine.clock.wallMs(),
      compact: compactEntries,
      compactAboveBytes: JOURNAL_COMPACT_BYTES,
      disk: machine.disk,
      newId: () => {
        this.#journals += 1;
        return `journal-${gatewayId}-${machine.name}-${String(this.#journals)}`;
      },
    });
    const random = machine.random.fork(`link ${String(world.timeline.happened)}`);
    const log = quietLog(world, this.#name);
    const link: ServerLink = new ServerLink({
      dial: dialFrom(life, machine),
      timers: life.timers,
      silenceMaxMs: this.#parts.silenceMaxMs,
      memory: openLinkMemory(`${folder}/link.json`, machine.disk),
      hello: {
        gatewayId,
        journalId: journal.id,
        version: '1',
        sessionHost: 'linux',
        machineName: machine.name,
      },
      sign: (text) => `${gatewayId} signs ${text}`,
      heartbeat: () => core.heartbeat(),
      log,
      random: random.next,
    });
    const core = createGatewayCore(this.#ports(life, journal, link, log));
    return { life, core, link };
  }

  #ports(
    life: Life,
    journal: GatewayPorts['journal'],
    link: GatewayPorts['link'],
    log: GatewayPorts['log'],
  ): GatewayPorts {
    const { machine, gatewayId } = this;
    return {
      factsPollIntervalMs: this.#parts.factsPollMs,
      host: simulatedHost(machine, life, gatewayId),
      journal: livingJournal(journal, life),
      link,
      channels: machine.channels.of(life),
      spools: machine.spoolsOf(gatewayId),
      screenshots: noScreenshots,
      clock: { nowMs: () => machine.clock.bootMs(), bootId: machine.bootId },
      nowMs: () => machine.clock.wallMs(),
      timers: life.timers,
      processes: {
        startTime: (pid) => machine.runners.get(pid)?.startTime,
        end: async ({ pid }) => {
          await life.later(50);
          machine.runners.get(pid)?.endByForce();
        },
      },
      kit: () => ({ node: 'node', runner: 'runner' }),
      secrets: {
        password: async (order) => {
          await life.later(1);
          return order.sealedPassword?.replace('sealed', 'canary');
        },
        inputs: async (order) => {
          await life.later(1);
          return { values: order.inputs, sensitive: [] };
        },
      },
      probes: wellMachine,
      frames: nobodyWatches,
      preflights: openPreflightFile(`${FOLDER}/${gatewayId}/preflights.json`, machine.disk),
      // Its supervisor starts it again.
      restart: () => {
        this.crash();
        machine.power.timers.after(RESTART_MS, () => this.start());
      },
      log,
    };
  }
}

/** Nothing here is ever amiss: how a machine is found to be is the business of the real one. */
const wellMachine: GatewayPorts['probes'] = {
  version: '1',
  nodeVersion: 'v24.0.0',
  gateway: async () => ({ folder: FOLDER, isEnrolled: true, pid: 1, service: 'active' }),
  server: async () => ({ ok: true, url: 'https://server', tookMs: 1, skewMs: 0 }),
  link: async () => ({ isUp: true, because: 'linked', code: null }),
  sessions: async () => ({ sessions: [], inHand: null, limit: 1 }),
  programs: async () => ({ canOpenDisplays: true, missing: [] }),
  disk: async () => ({ folder: FOLDER, freeBytes: 1e9, neededBytes: 1e6, journalBytes: 1, journalFault: null }),
  pam: async () => ({ isNeeded: true, found: 'usable', trouble: null }),
  capacity: async () => ({ memoryBytes: 8e9, availableBytes: 8e9, cores: 4, limit: 8 }),
};

/** A program that has died writes nothing any more, whatever its code still does before it falls silent. */
function livingJournal(journal: GatewayPorts['journal'], life: Life): GatewayPorts['journal'] {
  const ifAlive = <A extends readonly unknown[]>(act: (...given: A) => void) => {
    return (...given: A): void => {
      if (life.isOver) throw new Error('This program has died.');
      act(...given);
    };
  };
  return {
    id: journal.id,
    entries: journal.entries,
    positionAtOpening: journal.positionAtOpening,
    position: () => journal.position(),
    fault: () => journal.fault(),
    record: ifAlive((entry) => journal.record(entry)),
    note: ifAlive((entry) => journal.note(entry)),
    retry: ifAlive(() => journal.retry()),
    close: () => journal.close(),
  };
}

/** Screens are drawn by nobody here, so a frame would be one picture of nothing. */
const nobodyWatches: GatewayPorts['frames'] = {
  open: () => ({ send: () => undefined, same: () => undefined, close: () => undefined }),
};

const noScreenshots: GatewayPorts['screenshots'] = {
  save: () => undefined,
  list: () => [],
  remove: () => undefined,
  removeAllBut: () => undefined,
};

function quietLog(world: World, name: string): GatewayPorts['log'] {
  const tell = (facts: Readonly<Record<string, unknown>>, message: string): void =>
    world.trace.tell(() => `${name} says: ${message} ${JSON.stringify(facts)}`);
  return { info: () => undefined, warn: tell, error: tell };
}
