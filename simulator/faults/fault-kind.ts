import type { SimulatedGateway } from '../machine/simulated-gateway.ts';
import type { SimulatedMachine } from '../machine/simulated-machine.ts';
import type { People } from '../people/people.ts';
import type { Universe } from '../universe/universe.ts';
import type { Random } from '../world/random.ts';

/** What a fault works on. */
export interface Scene {
  readonly universe: Universe;
  readonly people: People;
  readonly random: Random;
  /** Something that ends by itself later, unless the faults end before. */
  readonly later: (delayMs: number, act: () => void) => void;
}

export interface FaultKind {
  readonly name: string;
  /** Mean time between two of them in a seed where they are common. */
  readonly everyMs: number;
  /** Of the seeds that would draw it; absent is all of them. */
  readonly share?: number;
  /** Kinds that do not come beside it, because nothing could keep the promises then. */
  readonly excludes?: readonly string[];
  /** Answers what happened, in words; undefined when there was nothing to strike. */
  readonly strike: (scene: Scene) => string | undefined;
}

/** The gateway that a run is on. */
export const gatewayOfRun = ({ database, gateways }: Universe, runId: string): SimulatedGateway | undefined => {
  const gatewayId = database.runs.get(runId)?.gatewayId;
  return gateways.find((gateway) => gateway.gatewayId === gatewayId);
};

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;

/** Mostly short, at times very long. */
export const someTime = (random: Random, mostMs: number): number =>
  random.chance(0.7) ? random.between(0, mostMs / 20) : random.between(0, mostMs);

export function fillDisk({ later }: Scene, machine: SimulatedMachine, forMs: number): void {
  const { disk } = machine;
  // Whatever fails of it fails at the machine, and nobody counts how often.
  machine.failures = Number.MAX_SAFE_INTEGER;
  disk.isFull = true;
  later(forMs, () => {
    disk.isFull = false;
  });
}
