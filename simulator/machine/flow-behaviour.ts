import { CANARY_SCRIPT } from '@deskhand/control-plane/use-cases/sweeps/sweep-sickness.ts';
import type { Random } from '../world/random.ts';

/** What a flow does on its machine: part of its script, so that it is the same wherever and whenever it runs. */
export type FlowBehaviour =
  | 'succeeds'
  | 'fails'
  /** Its process dies half-way. */
  | 'crashes'
  /** Goes on for ever and hears nothing. */
  | 'hangs'
  /** Goes on for ever until it is told to stop. */
  | 'waits'
  /** Its process ends as if all were well and leaves no result. */
  | 'exits-without-result'
  /** Its result is on disk when its process dies before it could tell. */
  | 'tells-by-spool'
  /** Takes its time after it was told to stop, and ends with a result all the same. */
  | 'stops-late'
  /** Writes more log than anyone reads. */
  | 'floods'
  /** Leaves a process of its own behind in the session. */
  | 'leaves-child';

export interface FlowPlan {
  readonly behaviour: FlowBehaviour;
  readonly durationMs: number;
  readonly lines: number;
}

export const allBehaviours: readonly FlowBehaviour[] = [
  'succeeds',
  'fails',
  'crashes',
  'hangs',
  'waits',
  'exits-without-result',
  'tells-by-spool',
  'stops-late',
  'floods',
  'leaves-child',
];

const LINES_FEW_MAX = 12;
const LINES_OF_FLOOD = 3_000;

export function drawFlow(random: Random, troubleShare: number): FlowPlan {
  const behaviour = random.chance(troubleShare)
    ? random.pick(allBehaviours)
    : random.pick(['succeeds', 'fails'] as const);
  return {
    behaviour,
    durationMs: Math.round(random.tail(random.pick([2_000, 20_000, 120_000]), 1_500_000)),
    lines: behaviour === 'floods' ? LINES_OF_FLOOD : 1 + random.below(LINES_FEW_MAX),
  };
}

export const scriptOf = (plan: FlowPlan): string => `# ${JSON.stringify(plan)}`;

export function planOf(script: string): FlowPlan {
  if (script === CANARY_SCRIPT) return { behaviour: 'succeeds', durationMs: 0, lines: 1 };
  return JSON.parse(script.slice(2)) as FlowPlan;
}
