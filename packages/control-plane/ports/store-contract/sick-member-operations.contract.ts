import type { CanaryState } from '@deskhand/domain/gateway/canary.ts';
import type { RunId } from '@deskhand/domain/brand.ts';
import type { SicknessNote } from '../sick-members.ts';
import { audit, type Choose, type Context, type Operations } from './context.contract.ts';
import { made, severalCalls, simple } from './object-operations.contract.ts';

const WINDOW_MS = 24 * 3_600_000;
const LIMIT = 20;
const stateOf = (choose: Choose): CanaryState => ({ passed: choose.below(3), pauseMs: choose.of([1_000, 300_000]) });
const note = (event: SicknessNote['event'], actor = 'Deskhand'): SicknessNote => ({
  event,
  actor,
  detail: `${event}.`,
});
const gatewayOf = ({ gateways }: Context, choose: Choose) => choose.of([...gateways, 'no-gateway' as never]);

/** Members that are set aside, tried and put back. */
export const sickMemberOperations: Operations = {
  judgeSickness: severalCalls(
    simple(1, 'compares the members of', (context, choose) => {
      const clusterId = choose.of([...context.clusters, 'no-cluster']);
      const { sickMembers } = context.stores;
      const act = async () => [
        await sickMembers.clustersToJudge(WINDOW_MS, LIMIT),
        await sickMembers.board(clusterId, WINDOW_MS),
      ];
      return { detail: clusterId, act };
    }),
  ),
  setAside: severalCalls(
    simple(2, 'sets aside', (context, choose) => {
      const [gatewayId, clusterId, state] = [gatewayOf(context, choose), choose.of(context.clusters), stateOf(choose)];
      const byHand = choose.chance(0.5);
      const act = async () => {
        const { sickMembers } = context.stores;
        const version = (await sickMembers.board(clusterId, WINDOW_MS))?.version ?? 0;
        const by = byHand ? { audit: audit('set-aside') } : { version };
        return await sickMembers.setAside(gatewayId, state, note('set-aside'), by);
      };
      return { detail: gatewayId, act };
    }),
  ),
  noteSickness: simple(1, 'notes of', (context, choose) => {
    const [gatewayId, event] = [
      gatewayOf(context, choose),
      choose.of(['kept-although-sick', 'canary-impossible'] as const),
    ];
    return { detail: gatewayId, act: () => context.stores.sickMembers.note(gatewayId, note(event), 60_000) };
  }),
  putBack: simple(1, 'puts back', (context, choose) => {
    const gatewayId = gatewayOf(context, choose);
    return {
      detail: gatewayId,
      act: () => context.stores.sickMembers.putBack(gatewayId, note('put-back', 'alice'), audit('put-back')),
    };
  }),
  hurryCanary: simple(1, 'hurries the canary of', (context, choose) => {
    const gatewayId = gatewayOf(context, choose);
    return { detail: gatewayId, act: () => context.stores.sickMembers.hurry(gatewayId, audit('canary')) };
  }),
  beginCanary: severalCalls(
    simple(3, 'begins a canary on', (context, choose) => {
      const [gatewayId, connectionId] = [
        gatewayOf(context, choose),
        choose.of([...context.connections, 'no-connection']),
      ];
      const runId = made(context, 'canary') as RunId;
      const canary = {
        ...{ gatewayId, connectionId: connectionId as never, runId, flowName: 'Canary sign-in', script: '' },
        ...{ startDeadlineMs: 120_000, executionTimeoutMs: 300_000 },
      };
      const act = async () => [
        await context.stores.sickMembers.canaryAccounts(gatewayId, WINDOW_MS, LIMIT),
        await context.stores.sickMembers.beginCanary(canary, note('canary-began'), audit('canary')),
      ];
      const learn = (answer: unknown): void => {
        if (Array.isArray(answer) && answer[1] === true) context.runs.push(runId);
      };
      return { detail: `${gatewayId} with ${connectionId}`, act, learn };
    }),
  ),
  settleCanary: severalCalls(
    simple(2, 'settles the canary of', (context, choose) => {
      const [gatewayId, state, isOther] = [gatewayOf(context, choose), stateOf(choose), choose.chance(0.1)];
      const next = choose.chance(0.3) ? ('put-back' as const) : { state, nextInMs: choose.of([0, 300_000]) };
      const act = async () => {
        const { sickMembers } = context.stores;
        const aside = (await sickMembers.membersSetAside(LIMIT)).find((one) => one.gatewayId === gatewayId);
        const runId = isOther ? 'another' : (aside?.canary?.runId ?? null);
        return await sickMembers.settleCanary({ gatewayId, runId }, next, [note('canary-open'), note('put-back')]);
      };
      return { detail: gatewayId, act };
    }),
  ),
  readSickness: severalCalls(
    simple(1, 'reads the history of', (context, choose) => {
      const [clusterId, gatewayId, limit] = [
        choose.of(context.clusters),
        gatewayOf(context, choose),
        1 + choose.below(4),
      ];
      const { sickMembers } = context.stores;
      const act = async () => [
        await sickMembers.membersSetAside(limit),
        await sickMembers.history({ clusterId, gatewayId: null, before: null, limit }),
        await sickMembers.history({ clusterId: null, gatewayId, before: choose.below(20), limit }),
      ];
      return { detail: `${clusterId} and ${gatewayId}`, act };
    }),
  ),
};
