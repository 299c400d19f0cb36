/** The peer's side of `dispatch` and `lifecycle`: graphile-worker's default preset in a process of its own. */
import { Logger, run } from 'graphile-worker';

const [connectionString = '', concurrency = '8', maxPoolSize = '10'] = process.argv.slice(2);
const say = (line: unknown): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
const nowMs = (): number => performance.timeOrigin + performance.now();

const runner = await run({
  connectionString,
  concurrency: Number(concurrency),
  maxPoolSize: Number(maxPoolSize),
  noHandleSignals: true,
  // Notices about every job would be measured with it.
  logger: new Logger(() => () => undefined),
  taskList: {
    noted: (payload) => {
      say({ handled: (payload as { number: number }).number, atMs: nowMs() });
    },
    counted: () => undefined,
  },
});
// Completed means committed, as an ended run of ours is.
runner.events.on('job:complete', ({ job }) => say({ completed: (job.payload as { number: number }).number }));
say({ ready: true });
process.on('SIGTERM', () => void runner.stop().then(() => process.exit(0)));
