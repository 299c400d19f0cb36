import { memberAvailability } from '@deskhand/domain/gateway/member-availability.ts';
import { standingOf } from '@deskhand/protocol/http/gateway-standing.ts';
import { sayFairness } from '@deskhand/domain/run-queue/fairness/fairness-texts.ts';
import { RUN_ON_ALL_GATEWAYS, UNATTENDED_ADD_ONS } from '@deskhand/domain/session/texts.ts';
import type { Gateway, GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import type { RunQueueView } from '@deskhand/protocol/http/runs.ts';
import { argument, type Command } from '../../command.ts';
import { findCluster } from '../find-cluster.ts';
import { startCell } from '../predicted-start.ts';
import { policyWords } from '../gateways/policy-words.ts';

const WAITING_SHOWN_MAX = 5;

interface Shown {
  readonly cluster: GatewayCluster;
  /** In the order in which they take over. */
  readonly members: readonly Gateway[];
  readonly queue: RunQueueView;
}

export const show: Command = {
  name: 'gateway-clusters show',
  summary: 'Show one gateway cluster: its machines, who takes a run, what runs and what waits.',
  arguments: [{ syntax: '<cluster>', description: 'name or id' }],
  examples: ['deskhand gateway-clusters show kiosks', 'deskhand gateway-clusters show kiosks --json=members'],
  exitCodes: [0, 4, 5, 7],
  run: async (call) => {
    const api = await call.api();
    const cluster = await findCluster(api, argument(call, 0));
    const [{ items }, queue] = await Promise.all([
      api.listGateways({ query: { cluster: cluster.id } }),
      api.getRunQueue({ params: { id: cluster.id } }),
    ]);
    const members = items.toSorted((one, other) => one.order - other.order);
    call.output.one({ cluster, members, queue }, clusterAsText);
    return 0;
  },
};

export function clusterAsText({ cluster, members, queue }: Shown): string {
  const { slots, addOns } = queue;
  return [
    row('Cluster', `${cluster.name} (${cluster.id})`),
    row('Online', `${cluster.online} of ${cluster.members}`),
    row('Slots', `${slots.inUse} of ${slots.all} in use`),
    row('Add-ons', `${UNATTENDED_ADD_ONS}: ${addOns ? `${addOns.inUse} of ${addOns.all} in use` : 'unlimited'}`),
    row('Takes runs', whoTakes(cluster, members)),
    row('People', peopleRule[cluster.negotiation]),
    ...sayFairness(cluster.fairness).map((rule) => row('Fairness', rule)),
    ...members.flatMap(memberLines),
    ...queue.running.map((run) => row('Running', `${run.flow.name} ${run.id} on ${run.gateway?.name ?? '-'}`)),
    row('Waiting', queue.total === 0 ? 'nothing' : `${queue.total}, see: deskhand queue show ${cluster.id}`),
    ...queue.queued
      .slice(0, WAITING_SHOWN_MAX)
      .map(({ run, position, starts, because }) =>
        row(
          `  ${position}`,
          `${run.flow.name} ${run.id}, starts ${startCell(starts)}: ${because?.message ?? 'offered'}`,
        ),
      ),
  ].join('\n');
}

const row = (name: string, value: string): string => `${name.padEnd(13)}${value}`;

const peopleRule = {
  off: 'nobody is asked to sign out',
  'ask-once': 'asked to sign out when their session is in the way, once for each run',
  'ask-again': 'asked to sign out when their session is in the way, again after no answer',
} as const satisfies Record<GatewayCluster['negotiation'], string>;

function whoTakes(cluster: GatewayCluster, members: readonly Gateway[]): string {
  if (cluster.runOnAllGateways) return `${RUN_ON_ALL_GATEWAYS}: on, ${cluster.selection}`;
  const taker = members.find((member) => memberAvailability(standingOf(member)).ok);
  return `${RUN_ON_ALL_GATEWAYS}: off, now ${taker?.name ?? 'none of them'}`;
}

function memberLines(gateway: Gateway): readonly string[] {
  const { machine, health, order, name, version } = gateway;
  const slots = machine ? `${machine.slotsInUse}/${machine.sessionLimit} slots` : 'slots unknown';
  const policy = machine ? policyWords(machine) : 'policy unknown';
  const sessions = (machine?.sessions ?? []).map(
    ({ user, state, locked }) => `${user} ${state}${locked === true ? ', locked' : ''}`,
  );
  return [
    row('Gateway', `${order} ${name}: ${health.word.toLowerCase()}, ${slots}, ${policy}, version ${version}`),
    ...(sessions.length > 0 ? [row('  sessions', sessions.join(' · '))] : []),
    ...(gateway.maintenance?.note ? [row('  note', gateway.maintenance.note)] : []),
    ...health.advice.map((advice) => row('  advice', advice)),
  ];
}
