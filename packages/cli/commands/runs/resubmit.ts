import { randomUUID } from 'node:crypto';
import type { BodyOf } from '@deskhand/protocol/http/route.ts';
import type { runRoutes } from '@deskhand/protocol/http/runs.ts';
import { type Call, type Command, flag, text, texts } from '../../command.ts';
import type { ExitCode } from '../../exit-code.ts';
import { usageFailure } from '../../terminal/errors.ts';
import { biteByBite, confirmedRuns, countOf, exitOfMany, onlyRun, refusedAsText, refusedOf } from './chosen-runs.ts';
import { filterOptions } from './filter-options.ts';
import { findRun } from './find-run.ts';
import { givenInputs } from './given-inputs.ts';
import { watchRun } from './watch-run.ts';

export const resubmit: Command = {
  name: 'runs resubmit',
  summary: 'Submit finished runs again, with the same inputs, connection, mode and priority.',
  arguments: [{ syntax: '[run...]', description: 'id, beginning of the id, or request number' }],
  options: [
    {
      syntax: '--version <version>',
      description: 'of the flow: as it is now, or as it was then',
      choices: ['current', 'original'],
      default: 'current',
    },
    {
      syntax: '-i, --input <name=value>',
      description: 'another value; NAME=@file reads it, for secrets',
      repeated: true,
    },
    { syntax: '--accept-uncertain', description: 'also when nobody knows how the old run ended' },
    { syntax: '-w, --wait', description: 'watch it to its end; the exit code is its outcome' },
    { syntax: '--idempotency-key <key>', description: 'the same key within a day submits each run once' },
    ...filterOptions,
    { syntax: '-y, --yes', description: 'do not ask' },
  ],
  examples: [
    'deskhand runs resubmit 4812 --version original --wait',
    'deskhand runs resubmit 4812 --input Month=2026-10 --input Secret=@secret.txt',
    'deskhand runs resubmit --state failed --flow Invoices --from 24h',
  ],
  exitCodes: [0, 1, 2, 4, 5, 6, 7, 9],
  run: async (call) => {
    const only = onlyRun(call);
    if (only !== undefined) return await resubmitOne(call, only);
    if (flag(call, 'wait')) throw usageFailure('Only one run is watched.', 'name one run, or leave out --wait');
    if (texts(call, 'input').length > 0)
      throw usageFailure('Inputs are changed for one run.', 'name one run, or leave out --input');
    return await resubmitMany(call);
  },
};

type Choice = BodyOf<typeof runRoutes.resubmitRun>;

const choiceOf = (call: Call): Choice => ({
  version: text(call, 'version') === 'original' ? 'original' : 'current',
  ...(flag(call, 'acceptUncertain') ? { acceptUncertain: true } : {}),
});

const keyOf = (call: Call): string => text(call, 'idempotencyKey') ?? randomUUID();

async function resubmitOne(call: Call, written: string): Promise<ExitCode> {
  const api = await call.api();
  const old = await findRun(api, written);
  const body = {
    ...choiceOf(call),
    ...(texts(call, 'input').length > 0 ? { inputs: await changedInputs(call, old.id) } : {}),
  };
  const run = await api.resubmitRun({ params: { id: old.id }, body, idempotencyKey: keyOf(call) });
  if (flag(call, 'wait')) return await watchRun(call, run, undefined);
  call.output.one(run, ({ id, display }) => `Submitted ${id}: ${display}`);
  return 0;
}

/** The old run's inputs as they are shown, where a sealed one means the value that it had, with the given ones over them. */
async function changedInputs(call: Call, id: string): Promise<Record<string, unknown>> {
  const api = await call.api();
  const run = await api.getRun({ params: { id } });
  const flow = await api.getFlow({ params: { id: run.flow.id } });
  return { ...run.inputs, ...(await givenInputs(call, flow, run.cluster.id)) };
}

async function resubmitMany(call: Call): Promise<ExitCode> {
  const api = await call.api();
  const chosen = await confirmedRuns(call, 'resubmit');
  const [choice, idempotencyKey] = [choiceOf(call), keyOf(call)];
  const bites = await biteByBite(
    call,
    chosen,
    (selection) => api.resubmitRuns({ body: { ...selection, ...choice }, idempotencyKey }),
    ({ resubmitted }) => resubmitted.length,
  );
  const answer = { resubmitted: bites.flatMap(({ resubmitted }) => resubmitted), refused: refusedOf(bites) };
  call.output.one(answer, ({ resubmitted, refused }) =>
    [`${countOf(resubmitted.length)} resubmitted`, ...refusedAsText(refused)].join('\n'),
  );
  return exitOfMany(call, answer.resubmitted.length, answer.refused);
}
