import { randomUUID } from 'node:crypto';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { type Call, type Command, flag, text } from '../../command.ts';
import { timeOption } from '../time-option.ts';
import { dryRun } from './dry-run.ts';
import { requestOf, submissionOptions } from './submission.ts';
import { watchRun } from './watch-run.ts';

export const submit: Command = {
  name: 'runs submit',
  summary: 'Submit a run of a desktop flow.',
  arguments: [{ syntax: '<flow>', description: 'name or id of the desktop flow' }],
  options: [
    ...submissionOptions,
    { syntax: '--dry-run', description: 'say what it would lead to, and submit nothing' },
    { syntax: '--idempotency-key <key>', description: 'the same key within a day submits once' },
    { syntax: '-w, --wait', description: 'watch it to its end; the exit code is its outcome' },
    { syntax: '--wait-timeout <time>', description: 'watch no longer than this; the run goes on' },
  ],
  examples: [
    'deskhand runs submit Invoices --connection kiosk --mode unattended',
    'deskhand runs submit Invoices -c kiosk -m unattended -p high --input Month=2026-10 --wait',
    'deskhand runs submit Invoices -c kiosk -m unattended --dry-run',
    'deskhand runs submit "Sign contract" -c alice -m attended --input Secret=@secret.txt',
  ],
  exitCodes: [0, 1, 2, 4, 5, 6, 7, 8, 9],
  run: async (call) => {
    const api = await call.api();
    const request = await requestOf(call);
    if (flag(call, 'dryRun')) return await dryRun(call, request);
    const idempotencyKey = text(call, 'idempotencyKey') ?? randomUUID();
    const run = await api.submitRun({ body: request, idempotencyKey });
    if (flag(call, 'wait')) {
      call.output.hint(`submitted ${run.id}; Ctrl+C stops watching, the run goes on`);
      return await watchRun(call, run, timeOption(call, 'waitTimeout'));
    }
    call.output.one(run, submitted(call));
    return 0;
  },
};

const submitted =
  (call: Call) =>
  (run: Run): string =>
    [
      `Submitted ${run.id}: ${run.display}${run.because ? `, ${run.because.message}` : ''}`,
      `  watch   ${call.settings.server.value}/runs/${run.id}`,
      `  log     deskhand runs logs ${run.id} --follow`,
      `  cancel  deskhand runs cancel ${run.id}`,
    ].join('\n');
