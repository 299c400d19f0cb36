import { audit, type Choose, type Context, type Operations } from './context.contract.ts';
import { made, severalCalls, simple } from './object-operations.contract.ts';

const WAIT_MS = 90_000;
const connectionOf = ({ connections }: Context, choose: Choose): string => choose.of([...connections, 'no-connection']);
const gatewayOf = ({ gateways }: Context, choose: Choose): string => choose.of([...gateways, 'no-gateway']);

/** The round that is under way, most of the time. */
async function roundOf({ stores }: Context, connectionId: string, isOther: boolean): Promise<string> {
  return isOther ? 'another' : ((await stores.preflights.read(connectionId, WAIT_MS))?.round?.id ?? 'none');
}

/** Checks of connections on the members of their clusters. */
export const preflightOperations: Operations = {
  beginPreflight: simple(2, 'has a connection checked:', (context, choose) => {
    const connectionId = connectionOf(context, choose);
    const round = { connectionId, roundId: made(context, 'round'), begunBy: choose.of(['alice', 'Deskhand']) };
    return { detail: connectionId, act: () => context.stores.preflights.begin(round, audit('preflight')) };
  }),
  askMember: severalCalls(
    simple(3, 'asks a member about', (context, choose) => {
      const [connectionId, gatewayId, isOther] = [
        connectionOf(context, choose),
        gatewayOf(context, choose),
        choose.chance(0.1),
      ];
      const act = async () => {
        const roundId = await roundOf(context, connectionId, isOther);
        const asked = await context.stores.preflights.ask({ connectionId, roundId, gatewayId }, WAIT_MS);
        return [asked, await context.stores.preflights.question(gatewayId, roundId)];
      };
      return { detail: `${connectionId} of ${gatewayId}`, act };
    }),
  ),
  answerMember: severalCalls(
    simple(3, 'a member answers about', (context, choose) => {
      const [connectionId, gatewayId, isOther] = [
        connectionOf(context, choose),
        gatewayOf(context, choose),
        choose.chance(0.1),
      ];
      const answer = choose.of(['ok', 'password-wrong', 'account-unknown'] as const);
      const reply = { answer, isDirectoryAccount: choose.chance(0.3) };
      const act = async () =>
        await context.stores.preflights.answer(gatewayId, await roundOf(context, connectionId, isOther), reply);
      return { detail: `${connectionId} of ${gatewayId}: ${answer}`, act };
    }),
  ),
  endPreflight: severalCalls(
    simple(2, 'ends the check of', (context, choose) => {
      const [connectionId, isOther] = [connectionOf(context, choose), choose.chance(0.1)];
      const act = async () =>
        await context.stores.preflights.end(connectionId, await roundOf(context, connectionId, isOther));
      return { detail: connectionId, act };
    }),
  ),
  readPreflight: simple(1, 'reads the check of', (context, choose) => {
    const connectionId = connectionOf(context, choose);
    return { detail: connectionId, act: () => context.stores.preflights.read(connectionId, WAIT_MS) };
  }),
  duePreflights: severalCalls(
    simple(1, 'lists the connections to be checked', ({ stores }, choose) => {
      const max = 1 + choose.below(3);
      return { act: async () => [await stores.preflights.due(86_400_000, max), await stores.preflights.underWay(max)] };
    }),
  ),
};
