import type { DesktopFlow } from '@deskhand/protocol/http/flows.ts';
import { argument, type Command } from '../../command.ts';
import { findFlow } from './find-flow.ts';

export const show: Command = {
  name: 'flows show',
  summary: 'Show one desktop flow with its inputs and outputs.',
  arguments: [{ syntax: '<flow>', description: 'name or id' }],
  examples: ['deskhand flows show Invoices', 'deskhand flows show Invoices --json=inputs'],
  exitCodes: [0, 4, 5, 7],
  run: async (call) => {
    call.output.one(await findFlow(await call.api(), argument(call, 0)), flowAsText);
    return 0;
  },
};

function flowAsText(flow: DesktopFlow): string {
  const parameter = (kind: string) => (one: DesktopFlow['inputs'][number]) =>
    `${kind.padEnd(12)}${one.name}: ${one.type}${one.sensitive ? ', sensitive' : ''}${one.optional ? ', optional' : ''}`;
  return [
    `${'Flow'.padEnd(12)}${flow.name} (${flow.id}), version ${flow.version}`,
    ...(flow.description ? [`${'About'.padEnd(12)}${flow.description}`] : []),
    `${'Owner'.padEnd(12)}${flow.owner.name}`,
    ...flow.inputs.map(parameter('Input')),
    ...flow.outputs.map(parameter('Output')),
    ...(flow.problems > 0 ? [`${'Problems'.padEnd(12)}${flow.problems}; see deskhand flow check`] : []),
    `${'Results'.padEnd(12)}${flow.lastResults.join(' ') || 'it has not run yet'}`,
  ].join('\n');
}
