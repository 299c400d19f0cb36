import { type Command, text } from '../../command.ts';
import { usageFailure } from '../../terminal/errors.ts';
import { settingsAsText } from './show.ts';

export const set: Command = {
  name: 'settings set',
  summary: 'Change the settings of the server.',
  options: [
    { syntax: '--add-ons <count>', description: 'unattended runs that may go on at once, or "unlimited"' },
    { syntax: '--keep-runs <days>', description: 'how many days runs are kept' },
    { syntax: '--keep-decisions <days>', description: 'how many days planning decisions are kept; 0 keeps none' },
  ],
  examples: ['deskhand settings set --add-ons 4', 'deskhand settings set --add-ons unlimited --keep-runs 90'],
  exitCodes: [0, 4, 7],
  run: async (call) => {
    const [addOns, days] = [text(call, 'addOns'), text(call, 'keepRuns')];
    const decisionDays = text(call, 'keepDecisions');
    const body = {
      ...(addOns === undefined
        ? {}
        : { unattendedAddOns: addOns === 'unlimited' ? null : countOf(addOns, '--add-ons') }),
      ...(days === undefined ? {} : { runRetentionDays: countOf(days, '--keep-runs') }),
      ...(decisionDays === undefined ? {} : { decisionRetentionDays: countOf(decisionDays, '--keep-decisions') }),
    };
    if (Object.keys(body).length === 0)
      throw usageFailure('Nothing to change was given.', 'deskhand settings set --help');
    const api = await call.api();
    call.output.one(await api.updateSettings({ body }), settingsAsText);
    return 0;
  },
};

function countOf(written: string, option: string): number {
  if (/^\d{1,6}$/.test(written)) return Number(written);
  throw usageFailure(`"${written}" is not a count.`, `${option} 4`);
}
