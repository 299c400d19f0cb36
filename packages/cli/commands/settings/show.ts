import type { Settings } from '@deskhand/protocol/http/system.ts';
import type { Command } from '../../command.ts';

export const show: Command = {
  name: 'settings show',
  summary: 'Show the settings of the server.',
  examples: ['deskhand settings show', 'deskhand settings show --json=unattendedAddOns'],
  exitCodes: [0, 4, 7],
  run: async (call) => {
    const api = await call.api();
    call.output.one(await api.getSettings(), settingsAsText);
    return 0;
  },
};

export function settingsAsText(settings: Settings): string {
  const lines: readonly (readonly [string, string])[] = [
    ['Unattended add-ons', String(settings.unattendedAddOns ?? 'unlimited')],
    ['Runs are kept', `${settings.runRetentionDays} days`],
    ['Decisions are kept', `${settings.decisionRetentionDays} days`],
    ['Logs are kept', `up to ${settings.logBytesMax} bytes`],
    ['Screenshots are kept', `up to ${settings.screenshotBytesMax} bytes`],
    ['Allowed domains', settings.allowedDomains.join(', ') || 'none'],
  ];
  return lines.map(([name, value]) => `${name.padEnd(22)}${value}`).join('\n');
}
