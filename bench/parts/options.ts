import { parseArgs } from 'node:util';

const ROUNDS = 3;

/**
 * `npm run bench -- [name]… [--against COMMIT [--rounds R]] [--minutes M] [--gateways N] [--queued N]`. Minutes and gateways
 * are for the benchmarks with fleets, the last for those with long queues.
 */
export function options(args: readonly string[] = process.argv.slice(2)) {
  const text = { type: 'string' } as const;
  const sizes = { minutes: text, gateways: text, queued: text };
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { against: text, rounds: text, ...sizes },
    allowPositionals: true,
  });
  const numberOr = (given: string | undefined, otherwise: number): number => Number(given ?? otherwise);
  const { against, rounds, ...given } = values;
  return {
    asked: positionals,
    against,
    rounds: numberOr(rounds, ROUNDS),
    /** What both sides of a comparison are told as well; an earlier commit may not know all of it. */
    sizes: Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]),
    minutes: numberOr(values.minutes, 1),
    /** A smaller fleet shows on a busy machine that all works; its figures are not those of the goal. */
    gateways: (otherwise: number) => numberOr(values.gateways, otherwise),
    /** The same of a queue. */
    queued: (otherwise: number) => numberOr(values.queued, otherwise),
  };
}
