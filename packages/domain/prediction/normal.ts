/** Chances so near to 0 or 1 would be infinitely far out. */
const CHANCE_MIN = 1e-9;
/** From so many standard deviations on the tail is taken for exponential, which is more exact there than our digits. */
const TAIL_BEGINS_AT = 4;

/** Acklam's approximation of the inverse normal distribution, to nine digits. */
export function probit(chance: number): number {
  const p = Math.min(1 - CHANCE_MIN, Math.max(CHANCE_MIN, chance));
  if (p > 1 - LOW) return -probit(1 - p);
  if (p < LOW) {
    const q = Math.sqrt(-2 * Math.log(p));
    const above =
      ((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q +
        4.374664141464968) *
        q +
      2.938163982698783;
    const below =
      (((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1;
    return above / below;
  }
  const q = p - 0.5;
  const r = q * q;
  const above =
    ((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
    2.506628277459239;
  const below =
    ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
    1;
  return (above * q) / below;
}
const LOW = 0.02425;

/** Share of the normal distribution above `z`, which is what a run that goes on has left (Abramowitz and Stegun 26.2.17). */
export function shareAbove(z: number): number {
  if (z < 0) return 1 - shareAbove(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series = ((((1.330274429 * t - 1.821255978) * t + 1.781477937) * t - 0.356563782) * t + 0.31938153) * t;
  return (Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}

/** A lognormal draw that is known to be above `least`. */
export function logNormalAbove(
  { mu, sigma }: { readonly mu: number; readonly sigma: number },
  least: number,
  chance: number,
): number {
  const z = (Math.log(least) - mu) / Math.max(sigma, Number.EPSILON);
  if (z < TAIL_BEGINS_AT) return Math.max(least, Math.exp(mu + sigma * -probit(shareAbove(z) * (1 - chance))));
  const beyond = -Math.log(Math.max(CHANCE_MIN, 1 - chance)) / z;
  return least * Math.exp(sigma * beyond);
}
