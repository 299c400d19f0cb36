import type { Random } from '../run-queue/plan-assignments.ts';
import { drawDurationMs, drawRestMs, type ExpectedDuration } from './durations.ts';
import { createFairPlay, type FairPlay } from './fair-play.ts';
import { probit } from './normal.ts';
import { createSoonestFirst, type SoonestFirst } from './soonest-first.ts';
import type { Stage } from './stage.ts';

const NONE_LEFT = 2 ** 31 - 1;
const AWAY = -1;
/** Nobody knows when a member that is offline comes back: half do within half an hour, nine in ten within two. */
const BACK_AFTER = { mu: Math.log(30 * 60_000), sigma: 1 };

/**
 * Who takes part is a number: the runs of the line first, then what is on the machines when a play begins, then
 * the places. All that a play changes lies in arrays that the next play fills anew: a prediction is a hundred plays.
 */
interface Play {
  readonly stage: Stage;
  readonly random: Random;
  readonly cancelledShare: number;
  /** The middle of each flow's durations in this play: measured ones leave it a little open. */
  readonly middles: Map<ExpectedDuration, number>;
  readonly placeOf: Int32Array;
  readonly takesSlot: Uint8Array;
  readonly slotsHeld: Int32Array;
  /** Which account uses which place, a row for each place. */
  readonly busy: Uint8Array;
  /** How many runs of each class have started, and which is its next. */
  readonly begun: Int32Array;
  readonly nextOf: Int32Array;
  readonly isAway: Uint8Array;
  readonly leaving: SoonestFirst;
  readonly startsAt: Float64Array;
  readonly fair: FairPlay | null;
  addOnsFree: number;
}

/**
 * Answers when each run of the line starts, in milliseconds from now, as another play each time; infinity for one that
 * never does. The array is used again by the next play.
 */
export function createPlays(stage: Stage, cancelledShare: number, random: Random): () => Float64Array {
  const machines = stage.line.length + stage.leaving.length;
  const parts = machines + stage.places.length;
  const play: Play = {
    stage,
    random,
    cancelledShare,
    middles: new Map(),
    placeOf: new Int32Array(parts),
    takesSlot: new Uint8Array(parts),
    slotsHeld: new Int32Array(stage.places.length),
    busy: new Uint8Array(stage.places.length * stage.users),
    begun: new Int32Array(stage.classes.length),
    nextOf: new Int32Array(stage.classes.length),
    isAway: new Uint8Array(stage.places.length),
    leaving: createSoonestFirst(parts),
    startsAt: new Float64Array(stage.line.length),
    fair: stage.fairness === null ? null : createFairPlay(stage, stage.fairness),
    addOnsFree: 0,
  };
  return () => {
    begin(play);
    startAnywhere(play, 0);
    for (let part = play.leaving.take(); part !== undefined; part = play.leaving.take()) {
      const atMs = play.leaving.atOf(part);
      if (part >= machines) {
        play.isAway[part - machines] = 0;
        play.fair?.memberIsBack(part - machines);
        startNear(play, part - machines, atMs);
        continue;
      }
      const hadNoAddOn = play.addOnsFree <= 0;
      leave(play, part);
      const place = play.placeOf[part] ?? AWAY;
      if (hadNoAddOn && play.addOnsFree > 0) startAnywhere(play, atMs);
      else startNear(play, place, atMs);
    }
    return play.startsAt;
  };
}

function begin(play: Play): void {
  const { stage, random } = play;
  for (const duration of stage.durations) play.middles.set(duration, duration.mu + duration.muSigma * probit(random()));
  play.busy.fill(0);
  for (const [number, place] of stage.places.entries()) {
    play.slotsHeld[number] = place.slotsHeld;
    play.isAway[number] = place.isAway ? 1 : 0;
    const back = stage.line.length + stage.leaving.length + number;
    if (place.isAway) play.leaving.put(back, drawDurationMs(BACK_AFTER, random()));
    for (const user of place.busyUsers) play.busy[number * stage.users + user] = 1;
  }
  play.fair?.begin();
  play.begun.fill(0);
  for (const [of, { runs, because }] of stage.classes.entries())
    play.nextOf[of] = because === null ? (runs[0] ?? NONE_LEFT) : NONE_LEFT;
  play.startsAt.fill(Number.POSITIVE_INFINITY);
  play.addOnsFree = stage.addOnsFree ?? Number.POSITIVE_INFINITY;
  for (const [index, one] of stage.leaving.entries()) {
    const part = stage.line.length + index;
    const mu = play.middles.get(one.duration) ?? one.duration.mu;
    play.placeOf[part] = one.place ?? AWAY;
    play.takesSlot[part] = one.takesSlot ? 1 : 0;
    play.leaving.put(part, drawRestMs({ mu, sigma: one.duration.sigma }, one.elapsedMs, random()));
  }
}

/** Something left this place, or it takes runs again. */
function startNear(play: Play, place: number, atMs: number): void {
  if (play.fair?.reachesFar === true) startInTurn(play, play.fair, atMs);
  else if (place !== AWAY) startAt(play, place, atMs);
}

/** By the turns of a fair queue: of all classes that have room somewhere, the one whose next run comes first. */
function startInTurn(play: Play, fair: FairPlay, atMs: number): void {
  for (;;) {
    let first = NONE_LEFT;
    for (const [of, { places }] of play.stage.classes.entries()) {
      const index = play.nextOf[of] ?? NONE_LEFT;
      if (index === NONE_LEFT || (first !== NONE_LEFT && !fair.isBefore(index, first, atMs))) continue;
      if (places.some((place) => hasRoom(play, of, place.number, place.takesSlot))) first = index;
    }
    if (first === NONE_LEFT) return;
    const of = play.stage.classOf[first] ?? 0;
    const chosen = chooseRoomy(play, of);
    if (chosen !== undefined) start(play, first, of, chosen, atMs);
  }
}

function chooseRoomy(play: Play, of: number): { readonly number: number; readonly takesSlot: boolean } | undefined {
  const roomy =
    play.stage.classes[of]?.places.filter((place) => hasRoom(play, of, place.number, place.takesSlot)) ?? [];
  return roomy[Math.floor(play.random() * roomy.length)];
}

/** As the planner looks: run by run in queue order, and a class that has to wait once waits. */
function startAnywhere(play: Play, atMs: number): void {
  const { fair, stage } = play;
  if (fair !== null) return startInTurn(play, fair, atMs);
  const waits = new Set<number>();
  for (let index = 0; index < stage.line.length; index += 1) {
    const of = stage.classOf[index] ?? 0;
    if (play.nextOf[of] !== index || waits.has(of)) continue;
    const chosen = chooseRoomy(play, of);
    if (chosen === undefined) waits.add(of);
    else start(play, index, of, chosen, atMs);
  }
}

/** Something left this place, so only here a run can start now: the first in queue order, and on while there is room. */
function startAt(play: Play, number: number, atMs: number): void {
  const { classes = [], everyRunTakesSlot } = play.stage.places[number] ?? {};
  while (!(everyRunTakesSlot === true && isFull(play, number))) {
    let first = NONE_LEFT;
    let chosen: (typeof classes)[number] | undefined;
    for (const one of classes) {
      const index = play.nextOf[one.number] ?? NONE_LEFT;
      if (!isBefore(play, index, first, atMs) || !hasRoom(play, one.number, number, one.takesSlot)) continue;
      first = index;
      chosen = one;
    }
    if (chosen === undefined) return;
    start(play, first, chosen.number, { number, takesSlot: chosen.takesSlot }, atMs);
  }
}

function isBefore({ fair }: Play, index: number, other: number, atMs: number): boolean {
  if (fair === null || index === NONE_LEFT || other === NONE_LEFT) return index < other;
  return fair.isBefore(index, other, atMs);
}

/** The rules of `roomFor` in numbers: a slot, then the account, then an add-on, then fairness. */
function hasRoom(play: Play, of: number, number: number, takesSlot: boolean): boolean {
  const runClass = play.stage.classes[of];
  if (runClass === undefined) return false;
  if (play.isAway[number] === 1 || (takesSlot && isFull(play, number))) return false;
  if (play.busy[number * play.stage.users + runClass.user] === 1) return false;
  if (runClass.isUnattended && play.addOnsFree <= 0) return false;
  return play.fair?.allows(play.nextOf[of] ?? NONE_LEFT, takesSlot) ?? true;
}

/** One of ours holds a slot, and none is left beside it. */
function isFull(play: Play, number: number): boolean {
  const held = play.slotsHeld[number] ?? 0;
  const { slotsOfPeople = 0, limit = 0 } = play.stage.places[number] ?? {};
  return held > 0 && held + slotsOfPeople >= limit;
}

function start(
  play: Play,
  index: number,
  of: number,
  { number, takesSlot }: { readonly number: number; readonly takesSlot: boolean },
  atMs: number,
): void {
  const runClass = play.stage.classes[of];
  const run = play.stage.line[index];
  if (runClass === undefined || run === undefined) throw new Error('A play starts only runs of its line.');
  const begun = (play.begun[of] ?? 0) + 1;
  play.begun[of] = begun;
  play.nextOf[of] = runClass.runs[begun] ?? NONE_LEFT;
  play.startsAt[index] = atMs;
  // One that is cancelled before its turn tells when it would have started, and takes nobody's place.
  if (play.random() < play.cancelledShare) return;
  play.placeOf[index] = number;
  play.takesSlot[index] = takesSlot ? 1 : 0;
  play.busy[number * play.stage.users + runClass.user] = 1;
  if (takesSlot) play.slotsHeld[number] = (play.slotsHeld[number] ?? 0) + 1;
  if (runClass.isUnattended) play.addOnsFree -= 1;
  play.fair?.start(index, number, takesSlot);
  const mu = play.middles.get(run.duration) ?? run.duration.mu;
  play.leaving.put(index, atMs + drawDurationMs({ mu, sigma: run.duration.sigma }, play.random()));
}

function leave(play: Play, part: number): void {
  const { stage } = play;
  const who =
    part < stage.line.length ? stage.classes[stage.classOf[part] ?? 0] : stage.leaving[part - stage.line.length];
  const number = play.placeOf[part] ?? AWAY;
  if (who?.isUnattended === true) play.addOnsFree += 1;
  play.fair?.leave(part, number, play.takesSlot[part] === 1);
  if (number === AWAY || who === undefined) return;
  play.busy[number * stage.users + who.user] = 0;
  if (play.takesSlot[part] === 1) play.slotsHeld[number] = (play.slotsHeld[number] ?? 0) - 1;
}
