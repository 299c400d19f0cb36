import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { report } from './parts/report.ts';
import { type BenchAccount, openBenchHost } from './parts/bench-host.ts';
import { interleaved, percentile, rounded } from './parts/statistics.ts';

/**
 * From the request to sign in to the first action of a flow in the new session, each one cold and signed out again before
 * the next. The floor is a display server and an empty Node program of the same account, one after the other, without
 * a sign-in, a bus, a window manager or a runner. As root with a real account, else as whoever runs this.
 */
const SIGN_INS = 20;
const BLOCKS = 5;
const GOAL = 2;
const SCREEN = { width: 1280, height: 800 } as const;

export async function bench(): Promise<void> {
  const host = await openBenchHost(SCREEN);
  const each = SIGN_INS / BLOCKS;
  await host.signInAndRun();
  await floor(host.account);
  const samples = await interleaved(
    BLOCKS,
    () => repeated(each, () => host.signInAndRun()),
    () => repeated(each, () => floor(host.account)),
  );
  const ours = figures(samples.ours.flat().map((sample) => sample.totalMs));
  const peer = figures(samples.peer.flat().map((sample) => sample.totalMs));
  const ratio = rounded(ours.p50Ms / peer.p50Ms);
  report(
    {
      bench: 'session',
      ours: {
        ...ours,
        signInP50Ms: rounded(
          percentile(
            samples.ours.flat().map((sample) => sample.signInMs),
            0.5,
          ),
          1,
        ),
      },
      peer: { ...peer, kind: host.kind },
      ratio: { p50: ratio },
      goal: `p50 <= ${GOAL} times a display server and Node alone`,
      met: ratio <= GOAL,
    },
    samples,
  );
}

async function repeated<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const samples: T[] = [];
  for (let i = 0; i < times; i++) samples.push(await work());
  return samples;
}

async function floor({ enter, node }: BenchAccount): Promise<{ totalMs: number; displayMs: number }> {
  const startedMs = performance.now();
  const [command = '', ...args] = [
    ...enter,
    ...['Xvnc', '-displayfd', '3', '-geometry', `${SCREEN.width}x${SCREEN.height}`, '-depth', '24'],
    ...['-SecurityTypes', 'None', '-rfbport', '-1', '-nolisten', 'tcp', '-noreset'],
  ];
  const display = spawn(command, args, { cwd: '/', stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const gone = once(display, 'exit');
  try {
    await Promise.race([
      once(display.stdio[3] as NodeJS.ReadableStream, 'data'),
      gone.then(() => Promise.reject(new Error('Xvnc ended before it was ready.'))),
    ]);
    const displayMs = performance.now() - startedMs;
    const [program = '', ...rest] = [...enter, node, '-e', '0'];
    await once(spawn(program, rest, { cwd: '/', stdio: 'ignore' }), 'exit');
    return { totalMs: performance.now() - startedMs, displayMs };
  } finally {
    display.kill('SIGTERM');
    await gone;
  }
}

const figures = (samples: readonly number[]) => ({
  p50Ms: rounded(percentile(samples, 0.5), 1),
  p99Ms: rounded(percentile(samples, 0.99), 1),
});
