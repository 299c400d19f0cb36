import type { DryRun, SubmitRunRequest } from '@deskhand/protocol/http/runs.ts';
import { answerOf } from './member-answers.ts';
import { queuedOf } from './queue.ts';
import { found, Refusal } from './refusal.ts';
import { reasons } from './seed-runs.ts';
import { flowOf, type World } from './world.ts';

/** Flow and connection of a submission; whatever the real server would refuse here is refused for a dry run too. */
export function judged(world: World, body: SubmitRunRequest) {
  const flow = found(flowOf(world, body.flowId), 'desktop flow');
  if (flow.name.startsWith('fail-'))
    throw new Refusal('AccountMismatch', { detail: 'the submitting account does not own a gateway of Kiosks' });
  const connection = found(
    world.connections.find((item) => item.id === body.connectionId),
    'connection',
  );
  if (!connection.hasPassword) throw new Refusal('connection-has-no-password', { connection: connection.name });
  return { flow, connection };
}

/** A high run meets a free slot, a normal one comes behind all that wait. */
export function dryRunOf(world: World, body: SubmitRunRequest): DryRun {
  const { flow, connection } = judged(world, body);
  const members = world.gateways.filter((gateway) => gateway.clusterId === connection.clusterId);
  const waits = body.priority !== 'high';
  const answers = members.map((gateway) => {
    const answer = answerOf(world, gateway, { accountName: connection.accountName, mode: body.mode });
    const isOpen = answer.ok || (!waits && answer.because.code === 'no-free-slot');
    const because = answer.ok ? reasons.behind : answer.because;
    return { gatewayId: gateway.id, name: gateway.name, because: isOpen && !waits ? null : because };
  });
  return {
    outcome: waits ? 'waits' : 'starts',
    flow: { id: flow.id, name: flow.name, version: flow.version },
    cluster: { id: connection.clusterId, name: connection.clusterName },
    accountName: connection.accountName,
    position: waits ? queuedOf(world, connection.clusterId).length + 1 : null,
    because: waits ? (answers[0]?.because ?? reasons.behind) : null,
    starts: waits ? inMinutes(4, 6, 9) : null,
    members: answers,
  };
}

function inMinutes(earliest: number, median: number, latest: number): DryRun['starts'] {
  const at = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();
  const times = { earliestAt: at(earliest), medianAt: at(median), latestAt: at(latest) };
  return { ...times, isGuess: false, atRisk: false, whatHelps: [] };
}
