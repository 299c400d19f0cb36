import { type Rehearsal, rehearsals } from '@deskhand/domain/session/machine.ts';
import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import { argument, type Call, type Command, text } from '../../command.ts';
import { usageFailure } from '../../terminal/errors.ts';
import { findGateway } from './find-gateway.ts';
import { policyWords } from './policy-words.ts';

const CAPACITY_MAX = 500;
const ORDER_MAX = 1000;

export const set: Command = {
  name: 'gateways set',
  summary: 'Change the name, order, capacity or rehearsed policy of a gateway.',
  arguments: [{ syntax: '<gateway>', description: 'name or id' }],
  options: [
    { syntax: '--name <name>', description: 'another name' },
    { syntax: '--order <number>', description: 'place in its cluster; the lowest is the primary' },
    { syntax: '--capacity <sessions>', description: 'sessions at once, or "measured" for what its machine can hold' },
    {
      syntax: '--rehearse <policy>',
      description: 'obey a Windows rule',
      choices: [...rehearsals, 'nothing'],
    },
  ],
  examples: [
    'deskhand gateways set kiosk-1 --capacity 6',
    'deskhand gateways set kiosk-1 --rehearse single-session --order 0',
    'deskhand gateways set kiosk-1 --rehearse multi-session-rds',
  ],
  exitCodes: [0, 4, 5, 6, 7],
  run: async (call) => {
    const change = changeOf(call);
    if (Object.keys(change).length === 0)
      throw usageFailure('Nothing to change was given.', 'deskhand gateways set --help');
    const api = await call.api();
    const { id } = await findGateway(api, argument(call, 0));
    call.output.one(await api.updateGateway({ params: { id }, body: change }), asText);
    return 0;
  },
};

function changeOf(call: Call) {
  const [name, order, capacity, rehearse] = ['name', 'order', 'capacity', 'rehearse'].map((option) =>
    text(call, option),
  );
  return {
    ...(name === undefined ? {} : { name }),
    ...(order === undefined ? {} : { order: numberOf(order, '--order', 0, ORDER_MAX) }),
    ...(capacity === undefined ? {} : { capacityOverride: capacityOf(capacity) }),
    ...(rehearse === undefined ? {} : { policyOverride: rehearse === 'nothing' ? null : (rehearse as Rehearsal) }),
  };
}

const capacityOf = (written: string): number | null =>
  written === 'measured' ? null : numberOf(written, '--capacity', 1, CAPACITY_MAX);

function numberOf(written: string, option: string, min: number, max: number): number {
  const number = Number(written);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw usageFailure(`"${written}" is not a number from ${min} to ${max}.`, `${option} ${Math.max(min, 2)}`);
}

/** What the change came to: a setting may be lowered by the policy. */
function asText({ name, machine }: Gateway): string {
  if (machine === null) return `Changed ${name}; its machine has not reported yet.`;
  return `Changed ${name}: ${policyWords(machine)}, ${machine.sessionLimit} sessions at once.`;
}
