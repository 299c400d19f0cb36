import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import { argument, type Command } from '../../command.ts';
import { findGateway } from './find-gateway.ts';
import { policyWords } from './policy-words.ts';

export const show: Command = {
  name: 'gateways show',
  summary: 'Show one gateway: its machine, its sessions, what it lacks.',
  arguments: [{ syntax: '<gateway>', description: 'name or id' }],
  examples: ['deskhand gateways show kiosk-1', 'deskhand gateways show kiosk-1 --json=machine'],
  exitCodes: [0, 4, 5, 7],
  run: async (call) => {
    call.output.one(await findGateway(await call.api(), argument(call, 0)), gatewayAsText);
    return 0;
  },
};

function gatewayAsText(gateway: Gateway): string {
  const { machine, maintenance, setAside } = gateway;
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['Gateway', `${gateway.name} (${gateway.id}), version ${gateway.version}`],
    ['Cluster', gateway.clusterName],
    ['Status', gateway.health.word.toLowerCase()],
    [
      'Maintenance',
      maintenance ? `since ${maintenance.since}${maintenance.note && `: ${maintenance.note}`}` : undefined,
    ],
    [
      'Set aside',
      setAside
        ? `since ${setAside.since}; ${setAside.canariesPassed} of ${setAside.canariesToPass} canary sign-ins, next ${setAside.nextCanaryAt ?? 'under way'}`
        : undefined,
    ],
    ['Machine', machine?.operatingSystem],
    ['Policy', machine ? policyWords(machine) : undefined],
    ['Slots', machine ? `${machine.slotsInUse} of ${machine.sessionLimit} in use` : undefined],
    ['Seen', gateway.lastSeenAt ?? 'never'],
    ['Unreachable', gateway.unreachableSince ? `since ${gateway.unreachableSince}` : undefined],
    ['Journal', gateway.journalFault ?? undefined],
  ];
  return [
    ...lines.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(13)}${value}`])),
    ...(machine?.sessions ?? []).map(
      ({ user, state, locked, ours }) =>
        `${'Session'.padEnd(13)}${user}, ${state}${locked === true ? ', locked' : ''}${ours ? ", Deskhand's" : ''}`,
    ),
    ...gateway.health.advice.map((advice) => `${'Advice'.padEnd(13)}${advice}`),
  ].join('\n');
}
