import { actionModules, createActionContext } from '@deskhand/actions';
import { parseFlow, runFlow } from '@deskhand/robin';
import { report } from './parts/report.ts';
import { runWithLog } from './parts/logged-run.ts';
import { interleaved, median, rounded } from './parts/statistics.ts';

/**
 * One million turns of a loop with `SET`, `IF` and `Variables.IncreaseVariable`, with the action log off and on, against
 * the same loop in plain JavaScript. With the log on every line goes to a separate process, which confirms the last one.
 */
const TURNS = 1_000_000;
const BLOCKS = 5;
/** `SET`, `IF`, `IncreaseVariable` and the loop's own turn. */
const STATEMENTS_PER_TURN = 3;
const STATEMENTS_GOAL = { off: 1_000_000, on: 200_000 };

const flowText = `SET Counter TO 0
SET Last TO 0
LOOP Turn FROM 1 TO ${TURNS}
    SET Last TO Turn
    IF Last > 0 THEN
        Variables.IncreaseVariable Value: Counter IncrementValue: 1
    END
END`;

export async function bench(): Promise<void> {
  const off = await interleaved(
    BLOCKS,
    () => timed(() => runOurs()),
    () => timed(async () => plainLoop()),
  );
  const on: number[] = [];
  for (let block = 0; block < BLOCKS; block++) on.push(await timedWithLog());
  const perSecond = (ms: number): number => rounded((TURNS * STATEMENTS_PER_TURN * 1000) / ms, 0);
  const ours = {
    statementsPerSecondLogOff: perSecond(median(off.ours)),
    statementsPerSecondLogOn: perSecond(median(on)),
  };
  const peer = { statementsPerSecondPlainJavaScript: perSecond(median(off.peer)) };
  report(
    {
      bench: 'interpreter',
      ours,
      peer,
      ratio: {
        offToPlain: rounded(ours.statementsPerSecondLogOff / peer.statementsPerSecondPlainJavaScript, 4),
        onToPlain: rounded(ours.statementsPerSecondLogOn / peer.statementsPerSecondPlainJavaScript, 4),
      },
      goal: 'log off >= 1,000,000 statements/s, log on >= 200,000 statements/s',
      met: ours.statementsPerSecondLogOff >= STATEMENTS_GOAL.off && ours.statementsPerSecondLogOn >= STATEMENTS_GOAL.on,
    },
    { offMs: off.ours, onMs: on, plainMs: off.peer },
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function runOurs(): Promise<void> {
  const { flow } = parseFlow(flowText);
  const outcome = await runFlow(flow, {
    modules: actionModules,
    context: createActionContext({ signal: new AbortController().signal }),
    inputs: {},
    clockMs: () => performance.now(),
    yieldTurn: () => new Promise((resolve) => setImmediate(resolve)),
    wait: () => Promise.resolve(),
  });
  if (outcome.state !== 'succeeded') throw new Error(`The flow ended ${outcome.state}.`);
}

/** The same statements by hand; the counter is read at the end, so that nothing is optimised away. */
function plainLoop(): number {
  let counter = 0;
  let last = 0;
  for (let turn = 1; turn <= TURNS; turn++) {
    last = turn;
    if (last > 0) counter += 1;
  }
  if (counter !== TURNS) throw new Error('The plain loop is wrong.');
  return counter;
}

/** Milliseconds of the flow alone, as the runner's first and last lines tell; starting Node is not the interpreter. */
async function timedWithLog(): Promise<number> {
  const { lines, lastLogSeq, ranMs } = await runWithLog(flowText);
  if (lines !== lastLogSeq || lines < TURNS * STATEMENTS_PER_TURN)
    throw new Error(`The reader confirmed ${lines} of ${lastLogSeq} lines.`);
  return ranMs;
}
