import { historyOf } from '@deskhand/domain/capacity-planner/history.ts';
import { hindsightInWords } from '@deskhand/domain/capacity-planner/in-words.ts';
import { clusterToPlan, tooLarge } from '@deskhand/domain/capacity-planner/load.ts';
import {
  causeOf,
  type Hindsight,
  KNOWN_BEFORE_MS,
  likelyRemedies,
  lookBack,
  remedyOf,
  strategyOf,
} from '@deskhand/domain/capacity-planner/timed-out.ts';
import type { Hindsight as HindsightReply } from '@deskhand/protocol/http/capacity.ts';
import { type Caller, done, type Outcome } from '../../ports/outcome.ts';
import type { RunRecord } from '../../ports/runs.ts';
import type { CapacityPorts } from './plan-capacity.ts';

export interface HindsightPorts extends CapacityPorts {
  readonly findRun: (caller: Caller, id: string) => Promise<Outcome<RunRecord>>;
  /** What was found, by run: a run that is over is always answered the same. */
  readonly found: Map<string, HindsightReply>;
}

const HOUR_MS = 60 * 60_000;
/** So much of the load before the run is played, and so much of it after the run had timed out. */
const BEFORE_MS = 3 * HOUR_MS + KNOWN_BEFORE_MS;
const AFTER_MS = 4 * HOUR_MS;
/** A busier time than this is answered by the members' last answers alone. */
const RUNS_LOOKED_AT_MAX = 5_000;
const FOUND_KEPT_MAX = 1_000;

const nothing: HindsightReply = { strategy: null, isPlayed: false, says: [] };

/** For a run whose start deadline passed while it waited: which of the three strategies would have let it start. */
export async function hindsight(ports: HindsightPorts, caller: Caller, id: string): Promise<Outcome<HindsightReply>> {
  const run = await ports.findRun(caller, id);
  if (!run.ok) return run;
  if (run.value.state !== 'timedOut' || run.value.error?.code !== 'NoCandidateMachine') return done(nothing);
  const known = ports.found.get(id);
  if (known !== undefined) return done(known);
  const answer = await lookAtRun(ports, caller, run.value);
  if (!answer.ok) return answer;
  if (ports.found.size >= FOUND_KEPT_MAX) ports.found.clear();
  ports.found.set(id, answer.value);
  return answer;
}

async function lookAtRun(ports: HindsightPorts, caller: Caller, run: RunRecord): Promise<Outcome<HindsightReply>> {
  const answers = await ports.history.lastAnswers(run.id);
  const cause = causeOf(answers);
  const likely = likelyRemedies(answers);
  const looked = cause === 'load' && run.mode === 'unattended' ? await played(ports, caller, run) : done(null);
  if (!looked.ok) return looked;
  const best = looked.value && remedyOf(looked.value);
  const isPlayed = looked.value?.isReproduced === true;
  const named = isPlayed ? best?.remedy : likely[0];
  return done({
    strategy: named === undefined ? null : strategyOf[named],
    isPlayed,
    says: [...hindsightInWords(cause, likely, looked.value)],
  });
}

/** Null where there is too much to play, or nothing to play it on. */
async function played(ports: HindsightPorts, caller: Caller, run: RunRecord): Promise<Outcome<Hindsight | null>> {
  const clusterId = run.cluster.id;
  const reading = await ports.queue.read(clusterId);
  if (reading === undefined) return done(null);
  const { nowMs } = reading;
  const fromMs = run.requestedAt.getTime() - BEFORE_MS;
  const toMs = Math.min(nowMs, run.startDeadlineAt.getTime() + AFTER_MS);
  const past = await ports.history.past({ clusterId, fromMs, toMs, limit: RUNS_LOOKED_AT_MAX + 1 });
  const { load, runIds } = historyOf(past, { fromMs, toMs, nowMs });
  const planned = { load, cluster: clusterToPlan(reading.snapshot, reading.addOns) };
  const index = runIds.indexOf(run.id);
  if (index < 0 || past.length > RUNS_LOOKED_AT_MAX || tooLarge(planned) !== null) return done(null);
  return await ports.computing.of(caller.id, () => lookBack(planned, index));
}
