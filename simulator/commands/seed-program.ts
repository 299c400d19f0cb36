/** One of the processes that simulate seeds: it is given one after the other and tells how each went. */
import { type SeedOptions, simulateSeed } from '../universe/simulate.ts';
import type { SeedReport } from './seed-report.ts';

const faults: string[] = [];
process.on('unhandledRejection', (error) => faults.push(String((error as Error).stack ?? error)));
process.on('message', (options: SeedOptions) => void tell(options));
process.on('disconnect', () => process.exit(0));

async function tell(options: SeedOptions): Promise<void> {
  const beganAt = performance.now();
  const { story: _story, reached, failure, ...result } = await simulateSeed(options);
  const unheard = faults.splice(0).at(0);
  const report: SeedReport = {
    ...result,
    reached: [...reached],
    failure:
      failure ??
      (unheard === undefined ? null : { invariant: 'a fault of the code', message: unheard, stack: unheard }),
    tookMs: performance.now() - beganAt,
  };
  process.send?.(report);
}
