import type { GatewayId } from '../brand.ts';
import { isMachineFault } from '../run/machine-fault.ts';
import type { RunMode, RunState } from '../run/run.ts';

/** Runs of a member that are looked at, the newest first. */
export const OUTCOMES_PER_MEMBER_MAX = 20;
export const OUTCOME_WINDOW_MS = 24 * 3_600_000;
/** Fewer faults say nothing, whatever the peers do. */
export const FAULTS_MIN = 4;
export const FAULT_SHARE_MIN = 0.5;
export const TIMES_PEERS_MIN = 3;
/** How probable it may be that so many of the faults fell on this member by chance, if all members were alike. */
export const CHANCE_MAX = 0.01;

/** How a run ended, as far as its machine is concerned. */
export interface RunOutcome {
  /** The account on the machine. */
  readonly user: string;
  /** Null for one whose flow began: the machine did its part. */
  readonly fault: string | null;
  readonly endedAtMs: number;
}

export interface MemberOutcomes {
  readonly gatewayId: GatewayId;
  /** Online, enabled, and neither quarantined nor in maintenance. */
  readonly isAvailable: boolean;
  readonly isSetAside: boolean;
  /** The newest first. */
  readonly outcomes: readonly RunOutcome[];
}

/** What a member was compared by. */
export interface SicknessFigures {
  readonly faults: number;
  readonly runs: number;
  readonly peerFaults: number;
  readonly peerRuns: number;
}

export interface Sick {
  readonly gatewayId: GatewayId;
  readonly figures: SicknessFigures;
}

export interface SicknessJudgement {
  readonly setAside: readonly Sick[];
  /** Members that fail as a sick one does and take runs all the same, because too few others could. */
  readonly keptAlthoughSick: readonly Sick[];
}

/** An account that a machine refuses may be refused by all, which nobody knows before another has taken it since. */
const accountFaults: ReadonlySet<string> = new Set([
  'account-unknown',
  'account-refused',
  'account-expired',
  'account-locked',
  'password-wrong',
  'password-expired',
]);
/** Sessions of people stand in the way of a run, and no machine is sick of that. */
const peoplesFaults: ReadonlySet<string> = new Set([
  'session-exists-single',
  'session-exists-multi',
  'attended-wayland',
]);

/**
 * What a run that is over says about its machine; undefined when it says nothing. Only what unattended runs need of a machine
 * counts: sign-in, session and the start of the runner. Whatever happens after the flow began, and whatever nobody
 * knows the end of, may be the flow's, a person's or a link's doing.
 */
export function outcomeOf(run: {
  readonly mode: RunMode;
  readonly state: RunState;
  readonly user: string;
  readonly errorCode: string | undefined;
  readonly flowBegan: boolean;
  readonly endedAtMs: number;
}): RunOutcome | undefined {
  if (run.mode !== 'unattended') return undefined;
  const { user, endedAtMs, errorCode } = run;
  if (run.flowBegan) return run.state === 'uncertain' ? undefined : { user, endedAtMs, fault: null };
  return run.state === 'failed' && isSickFault(errorCode) ? { user, endedAtMs, fault: errorCode ?? '' } : undefined;
}

/**
 * The faults of a machine that neither a person's session nor its own restart explains: a run whose runner was lost had one,
 * and most often its machine went down or its gateway was started anew.
 */
export const isSickFault = (code: string | undefined): boolean =>
  code !== undefined && code !== 'RunnerLost' && isMachineFault(code) && !peoplesFaults.has(code);

/**
 * Which members are set aside now, the clearest case first. Never more than half of the cluster at once, and never the last
 * one that is well: a cluster that is sick as a whole has another cause than its machines.
 */
export function judgeSickness(members: readonly MemberOutcomes[]): SicknessJudgement {
  const sick = members
    .filter((member) => member.isAvailable && !member.isSetAside)
    .flatMap((member) => sicknessOf(member, members) ?? [])
    .sort((a, b) => a.chance - b.chance || (a.gatewayId < b.gatewayId ? -1 : 1));
  const isSick = new Set(sick.map(({ gatewayId }) => gatewayId));
  const isWell = (member: MemberOutcomes): boolean =>
    member.isAvailable && !member.isSetAside && !isSick.has(member.gatewayId);
  const aside = members.filter((member) => member.isSetAside).length;
  const room = members.some(isWell) ? Math.max(0, Math.floor(members.length / 2) - aside) : 0;
  const told = sick.map(({ gatewayId, figures }) => ({ gatewayId, figures }));
  return { setAside: told.slice(0, room), keptAlthoughSick: [...told.slice(room), ...aloneAndSick(members)] };
}

function sicknessOf(
  member: MemberOutcomes,
  members: readonly MemberOutcomes[],
): (Sick & { chance: number }) | undefined {
  const peers = members.filter((one) => one !== member && one.isAvailable && !one.isSetAside);
  const figures = figuresOf(member, peers);
  const chance = chanceOf(figures);
  return isSickBy(figures) && chance <= CHANCE_MAX ? { gatewayId: member.gatewayId, figures, chance } : undefined;
}

/** Nothing to compare with: it is told what its runs come to, and it goes on. */
function aloneAndSick(members: readonly MemberOutcomes[]): readonly Sick[] {
  const serving = members.filter((member) => member.isAvailable && !member.isSetAside);
  const [only] = serving;
  if (only === undefined || serving.length > 1) return [];
  const figures = figuresOf(only, []);
  return failsMostly(figures) ? [{ gatewayId: only.gatewayId, figures }] : [];
}

const failsMostly = ({ faults, runs }: SicknessFigures): boolean =>
  faults >= FAULTS_MIN && faults >= runs * FAULT_SHARE_MIN;

/** In whole numbers: `faults / runs` at least three times `peerFaults / peerRuns`. */
const isSickBy = (figures: SicknessFigures): boolean =>
  failsMostly(figures) &&
  figures.peerRuns > 0 &&
  figures.faults * figures.peerRuns >= TIMES_PEERS_MIN * figures.peerFaults * figures.runs;

/** Faults that are the account's own are left out on both sides. */
function figuresOf(member: MemberOutcomes, peers: readonly MemberOutcomes[]): SicknessFigures {
  const own = counted(member.outcomes, peers.flatMap(newestOf));
  const others = peers.map((peer) =>
    counted(peer.outcomes, [member, ...peers.filter((one) => one !== peer)].flatMap(newestOf)),
  );
  return {
    ...own,
    peerFaults: others.reduce((sum, { faults }) => sum + faults, 0),
    peerRuns: others.reduce((sum, { runs }) => sum + runs, 0),
  };
}

const newestOf = ({ outcomes }: MemberOutcomes): readonly RunOutcome[] => outcomes.slice(0, OUTCOMES_PER_MEMBER_MAX);

function counted(
  outcomes: readonly RunOutcome[],
  elsewhere: readonly RunOutcome[],
): Pick<SicknessFigures, 'faults' | 'runs'> {
  const newest = outcomes.slice(0, OUTCOMES_PER_MEMBER_MAX);
  const counting = newest.filter((outcome) => !isAccounts(outcome, newest, elsewhere));
  return { faults: counting.filter(({ fault }) => fault !== null).length, runs: counting.length };
}

/** Whether the account explains the fault, so that it says nothing about the machine. */
function isAccounts(
  { user, fault, endedAtMs }: RunOutcome,
  own: readonly RunOutcome[],
  elsewhere: readonly RunOutcome[],
): boolean {
  if (fault === null) return false;
  const ofUser = elsewhere.filter((other) => other.user === user);
  if (accountFaults.has(fault)) return !ofUser.some((other) => other.fault === null && other.endedAtMs >= endedAtMs);
  const wasFine = [...ofUser, ...own.filter((other) => other.user === user)].some((other) => other.fault === null);
  return !wasFine && ofUser.some((other) => other.fault !== null);
}

/**
 * Fisher's exact test with one side: had the same faults been dealt to all these runs blindly, how probable would it be
 * that this member got so many of them or more?
 */
export function chanceOf({ faults, runs, peerFaults, peerRuns }: SicknessFigures): number {
  const [all, allFaults] = [runs + peerRuns, faults + peerFaults];
  let chance = 0;
  for (let dealt = faults; dealt <= Math.min(runs, allFaults); dealt += 1) {
    if (allFaults - dealt > peerRuns) continue;
    chance += Math.exp(logChoose(runs, dealt) + logChoose(peerRuns, allFaults - dealt) - logChoose(all, allFaults));
  }
  return Math.min(1, chance);
}

function logChoose(of: number, take: number): number {
  let log = 0;
  for (let step = 1; step <= take; step += 1) log += Math.log((of - take + step) / step);
  return log;
}
