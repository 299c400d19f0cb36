import { logNormalAbove, probit } from './normal.ts';

/** What is kept of the measured durations of a flow in one run mode: how long its runs held their slot, sign-out included. */
export interface DurationDigest {
  /** Runs measured, at most DURATIONS_MEASURED_MAX. */
  readonly count: number;
  /** Of the natural logarithm of milliseconds: durations are skewed, their logarithms are not. */
  readonly logMean: number;
  readonly logVariance: number;
}

/** A distribution to draw durations from, lognormal. */
export interface ExpectedDuration {
  readonly mu: number;
  readonly sigma: number;
  /** Standard deviation of `mu` itself: what a few measurements leave open. */
  readonly muSigma: number;
  /** Too few runs were measured, so it rests mostly on the prior. */
  readonly isGuess: boolean;
}

/** The newest runs that a digest is made of: flows change, and old durations say little. */
export const DURATIONS_MEASURED_MAX = 200;
/** Below so many measured runs an expectation is called a guess. */
export const MEASURED_ENOUGH = 5;

/**
 * What is assumed of a flow that nobody has measured: half of the runs are over after two minutes, eight in ten take 43
 * seconds to five and a half minutes. It weighs as much as one measured run for the middle and three for the spread.
 */
export const PRIOR = { medianMs: 120_000, sigma: 0.8, weight: 1, spreadWeight: 3 } as const;

export function digestOf(durationsMs: readonly number[]): DurationDigest | undefined {
  const logs = durationsMs.slice(0, DURATIONS_MEASURED_MAX).map((ms) => Math.log(Math.max(1, ms)));
  if (logs.length === 0) return undefined;
  const logMean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const logVariance = logs.reduce((sum, log) => sum + (log - logMean) ** 2, 0) / logs.length;
  return { count: logs.length, logMean, logVariance };
}

/** Measured durations and the prior together, each by its weight; without a digest the prior alone. */
export function expectedDuration(digest: DurationDigest | undefined): ExpectedDuration {
  const { count, logMean, logVariance } = digest ?? { count: 0, logMean: 0, logVariance: 0 };
  const priorMu = Math.log(PRIOR.medianMs);
  const weight = PRIOR.weight + count;
  const mu = (PRIOR.weight * priorMu + count * logMean) / weight;
  // How far the measured middle lies from the assumed one is spread as well, while little is measured.
  const between = ((PRIOR.weight * count) / weight) * (count === 0 ? 0 : logMean - priorMu) ** 2;
  const squares = PRIOR.spreadWeight * PRIOR.sigma ** 2 + count * logVariance + between;
  const sigma = Math.sqrt(squares / (PRIOR.spreadWeight + count));
  return { mu, sigma, muSigma: sigma / Math.sqrt(weight), isGuess: count < MEASURED_ENOUGH };
}

/** Half of its runs take no longer; null while too few are measured. */
export function usualDurationMs(digest: DurationDigest | undefined): number | null {
  const { mu, isGuess } = expectedDuration(digest);
  return isGuess ? null : Math.exp(mu);
}

export function meanDurationMs({ mu, sigma }: ExpectedDuration): number {
  return Math.exp(mu + sigma ** 2 / 2);
}

/** `chance` is between 0 and 1. */
export function drawDurationMs({ mu, sigma }: Pick<ExpectedDuration, 'mu' | 'sigma'>, chance: number): number {
  return Math.exp(mu + sigma * probit(chance));
}

/** How much longer a run takes that has been at it for `elapsedMs`. */
export function drawRestMs(
  { mu, sigma }: Pick<ExpectedDuration, 'mu' | 'sigma'>,
  elapsedMs: number,
  chance: number,
): number {
  if (elapsedMs <= 0) return drawDurationMs({ mu, sigma }, chance);
  return logNormalAbove({ mu, sigma }, elapsedMs, chance) - elapsedMs;
}
