import { isTerminal } from '@deskhand/domain/run/transitions.ts';
import { removeGateway } from '@deskhand/control-plane/use-cases/gateways/clusters.ts';
import { Injector } from '../faults/injector.ts';
import { CalmWatch } from '../checks/calm-watch.ts';
import { auditDecisions, auditWaits } from '../checks/decision-watch.ts';
import { auditLogs, auditMachines, auditRecovery } from '../checks/quiescence.ts';
import { SicknessWatch } from '../checks/sickness-watch.ts';
import { ViewWatch } from '../checks/view-watch.ts';
import { caller } from '../people/caller.ts';
import { People } from '../people/people.ts';
import { createWorld, Violation } from '../world/world.ts';
import { drawShape, type Shape } from './shape.ts';
import { Universe } from './universe.ts';

export interface SeedOptions {
  readonly seed: number;
  /** Keep the story in words. */
  readonly isTold?: boolean;
  readonly change?: Partial<Shape>;
  /** Kinds of faults that are left out. */
  readonly without?: readonly string[];
}

export interface SeedResult {
  readonly seed: number;
  readonly hash: string;
  readonly events: number;
  readonly runs: number;
  readonly starts: number;
  readonly simulatedMs: number;
  readonly reached: ReadonlySet<string>;
  readonly failure: { readonly invariant: string; readonly message: string; readonly stack: string } | null;
  readonly story: readonly string[];
}

/** Once faults are off, everything must be over within this. */
const LIVENESS_MS = 2 * 3_600_000;
const LIVENESS_STEP_MS = 30_000;
const CALM_LOOK_MS = 10_000;
/** After the faults, until programs are up, links are there again and what failed was tried again. */
const RECOVERY_MS = 120_000;
/** Logs are carried on for a while after the result. */
const SETTLE_MS = 150_000;

export async function simulateSeed({
  seed,
  isTold = false,
  change = {},
  without = [],
}: SeedOptions): Promise<SeedResult> {
  const world = createWorld(seed, isTold);
  const shape = { ...drawShape(world.random.fork('shape')), ...change };
  const universe = new Universe(world, shape);
  const people = new People(universe);
  const injector = new Injector(universe, people, shape.safetyMs);
  const views = new ViewWatch(universe);
  const sickness = new SicknessWatch(universe);
  let failure: SeedResult['failure'] = null;
  try {
    people.begin();
    universe.start();
    sickness.begin();
    if (injector.begin(new Set(without)) === 'quiet') lookWhileCalm(universe, new CalmWatch(universe, 0), views);
    await world.timeline.runUntil(shape.safetyMs);
    injector.end();
    await livenessPhase(universe, people, views, sickness);
  } catch (error) {
    failure = failureOf(error);
  }
  return {
    seed,
    hash: world.trace.hash,
    events: world.timeline.happened,
    runs: universe.watch.created,
    starts: universe.ledger.count,
    simulatedMs: world.timeline.nowMs,
    reached: world.reached,
    failure,
    story: world.trace.story,
  };
}

/** Faults are off: every run must come to its end, and nothing may be left behind (I16, I15). */
async function livenessPhase(
  universe: Universe,
  people: People,
  views: ViewWatch,
  sickness: SicknessWatch,
): Promise<void> {
  const { world, database } = universe;
  const endMs = world.timeline.nowMs + LIVENESS_MS;
  const calmSinceMs = world.timeline.nowMs + RECOVERY_MS;
  const calm = new CalmWatch(universe, calmSinceMs);
  const isOver = (): boolean =>
    people.unanswered === 0 &&
    sickness.isOver() &&
    database.runs.rows.every((run) => isTerminal(run.state) && !run.holdsMachine);
  while (!isOver() && world.timeline.nowMs < endMs) {
    for (let step = 0; step < LIVENESS_STEP_MS; step += CALM_LOOK_MS) {
      await world.timeline.runUntil(world.timeline.nowMs + CALM_LOOK_MS);
      calm.look();
      views.look(calmSinceMs);
    }
    universe.auditIdentities();
    replaceLost(universe, people);
    if (world.timeline.nowMs >= calmSinceMs) sickness.mend(people);
  }
  sickness.audit();
  const open = database.runs.rows.filter((run) => !isTerminal(run.state) || run.holdsMachine);
  for (const run of open)
    world.violated('I16', `run ${run.id} is still ${run.state} ${String(LIVENESS_MS)} ms after the faults`);
  universe.watch.audit();
  replaceLost(universe, people);
  await world.timeline.runUntil(world.timeline.nowMs + SETTLE_MS);
  views.look(calmSinceMs);
  auditMachines(universe);
  auditLogs(universe);
  auditRecovery(universe);
  auditDecisions(universe);
  auditWaits(universe);
}

function replaceLost(universe: Universe, people: People): void {
  universe.replaceLostGateways((id) => void people.administer((admin) => removeGateway(admin, caller, id, true)));
}

/** Where nothing ever breaks, promises are looked after while people still submit. */
function lookWhileCalm(universe: Universe, calm: CalmWatch, views: ViewWatch): void {
  const { timeline } = universe.world;
  timeline.schedule(CALM_LOOK_MS, () => {
    calm.look();
    views.look(0);
    if (timeline.nowMs < universe.shape.safetyMs - CALM_LOOK_MS) lookWhileCalm(universe, calm, views);
  });
}

function failureOf(error: unknown): SeedResult['failure'] {
  const known = error as Error;
  const invariant = error instanceof Violation ? error.invariant : 'a fault of the code';
  return { invariant, message: known.message, stack: known.stack ?? '' };
}
