import { type Decision, replayDecision } from '@deskhand/domain/run-queue/decision.ts';
import { WAIT_EVENT_PAUSE_MS, WAIT_EVENTS_PER_RUN_MAX, WAITS } from '@deskhand/control-plane/ports/decisions.ts';
import { decodeDecisions } from '@deskhand/control-plane/use-cases/run-queue/decision-batch.ts';
import type { Universe } from '../universe/universe.ts';

/** Decisions that a seed replays; the further ones are as good as these. */
const REPLAYED_MAX = 1_000;

/** Each decision that was kept leads to what was done when it is made again, and what it says it did was done (N15). */
export function auditDecisions({ database, world }: Universe): void {
  const batches = [...database.decisions.values()];
  const decisions = batches.flatMap(({ body }) => decodeDecisions(body)).slice(-REPLAYED_MAX);
  const wasRestored = world.reached.has('database went on from a backup');
  for (const decision of decisions) {
    world.reached.add(`decision ${decision.way}`);
    const { isSame } = replayDecision(decision);
    if (!isSame) world.violated('N15', `a replay leads to something else: ${JSON.stringify(decision)}`);
  }
  if (wasRestored) return;
  const made = new Set<string>();
  for (const decision of decisions) offersWereMade({ database, world }, decision, made);
}

/** `made` is what earlier decisions said they offered: each attempt is offered by one decision. */
function offersWereMade(
  { database, world }: Pick<Universe, 'database' | 'world'>,
  { outcome }: Decision,
  made: Set<string>,
): void {
  const { offers, refusals, leftOut } = outcome;
  if (leftOut.length > 0)
    world.reached.add(
      leftOut.length < offers.length + refusals.length ? 'commit leaves a part out' : 'commit leaves all out',
    );
  for (const { runId, gatewayId, attempt } of offers) {
    if (leftOut.includes(runId)) continue;
    const name = `${runId} attempt ${String(attempt)}`;
    if (made.has(name)) world.violated('N15', `two decisions say that they offered ${name}`);
    made.add(name);
    const { events } = database.partsOf(runId);
    const offered = events.find((one) => one.event === 'offer' && one.attempt === attempt);
    const to = `Offered to ${database.gateways.get(gatewayId)?.name ?? ''}`;
    if (offered?.detail !== to)
      world.violated('N15', `a decision offered ${name}, and its events say ${offered?.detail ?? 'nothing'}`);
  }
}

/** However often a reason comes and goes, a run's events say so a bounded number of times. */
export function auditWaits({ database, world }: Universe): void {
  for (const run of database.runs.rows) {
    const waits = database.partsOf(run.id).events.filter(({ event }) => event === WAITS);
    if (waits.length > 0) world.reached.add('event waits');
    const isCrowded = waits.some((one, index) => {
      const afterNext = waits[index + 2];
      return afterNext !== undefined && afterNext.atMs - one.atMs < WAIT_EVENT_PAUSE_MS;
    });
    // A clock that was set back makes earlier events later ones.
    if (waits.length > WAIT_EVENTS_PER_RUN_MAX || (isCrowded && !world.reached.has('fault database-clock-is-set')))
      world.violated('N15', `the reasons of ${run.id} fill its events: ${JSON.stringify(waits)}`);
  }
}
