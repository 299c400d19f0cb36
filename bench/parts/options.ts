import { parseArgs } from 'node:util';

/** `npm run bench -- [name]… [--minutes M] [--gateways N]`; the last two are for the benchmarks with fleets. */
export function options() {
  const { values, positionals } = parseArgs({
    options: { minutes: { type: 'string' }, gateways: { type: 'string' } },
    allowPositionals: true,
  });
  const numberOr = (text: string | undefined, otherwise: number): number => Number(text ?? otherwise);
  return {
    asked: positionals,
    minutes: numberOr(values.minutes, 1),
    /** A smaller fleet shows on a busy machine that all works; its figures are not those of the goal. */
    gateways: (otherwise: number) => numberOr(values.gateways, otherwise),
  };
}
