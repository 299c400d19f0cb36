import type { ClusterId, GatewayId, RunId } from '@deskhand/domain/brand.ts';
import type { QuestionEvent } from '@deskhand/domain/session/negotiation/question.ts';
import { audit, type Choose, type Context, type Operations } from './context.contract.ts';
import { made, severalCalls, simple } from './object-operations.contract.ts';

const events = ['agree', 'decline', 'expire', 'withdraw', 'leave', 'order', 'sign-out', 'fail'] as const;
const told = (event: string) => ({ event, detail: `It was told ${event}`, actor: 'alice' });
const clusterOf = ({ clusters }: Context, choose: Choose): string => choose.of([...clusters, 'no-cluster']);

/** One of the questions of a cluster, most of the time one that is open. */
async function questionOf({ stores }: Context, clusterId: string, choice: number): Promise<string> {
  const questions = (await stores.questions.read(clusterId))?.questions ?? [];
  return questions[choice % Math.max(1, questions.length)]?.id ?? 'no-question';
}

function moveOf(id: string, event: QuestionEvent, laterMs: number) {
  return {
    ...{ id, event, told: told(event) },
    ...(event === 'agree' ? { signOutAfterMs: laterMs } : {}),
    ...(event === 'fail' ? { trouble: 'it did not end' } : {}),
  };
}

/** Questions to people whose sessions are in the way. */
export const sessionQuestionOperations: Operations = {
  askPerson: simple(3, 'asks a person about', (context, choose) => {
    const runId = choose.of([...context.runs, 'no-run']) as RunId;
    const question = {
      ...{ id: made(context, 'question'), runId, sessionId: choose.of(['session-1', 'session-2']), user: 'alice' },
      clusterId: clusterOf(context, choose) as ClusterId,
      gatewayId: choose.of([...context.gateways, 'no-gateway']) as GatewayId,
    };
    const act = () => context.stores.questions.ask(question, told('ask-person'));
    return { detail: `${runId} ${question.sessionId} of ${question.gatewayId}`, act };
  }),
  moveQuestion: severalCalls(
    simple(4, 'a question moves:', (context, choose) => {
      const clusterId = clusterOf(context, choose);
      const [event, choice] = [choose.of(events), choose.below(3)];
      const laterMs = choose.of([0, 0, 600_000]);
      const act = async () =>
        await context.stores.questions.move(
          moveOf(await questionOf(context, clusterId, choice), event, laterMs),
          audit('sign-out'),
        );
      return { detail: `${event} in ${clusterId}`, act };
    }),
  ),
  noteShown: severalCalls(
    simple(1, 'a question is on the screen of', (context, choose) => {
      const clusterId = clusterOf(context, choose);
      const [trouble, choice] = [choose.of([null, 'no service']), choose.below(3)];
      const gatewayId = choose.of([...context.gateways, 'no-gateway']);
      const act = async () => {
        const id = await questionOf(context, clusterId, choice);
        return [
          await context.stores.questions.noteShown(id, trouble),
          await context.stores.questions.find(gatewayId, id),
        ];
      };
      return { detail: `${clusterId}: ${String(trouble)}`, act };
    }),
  ),
  clustersToAsk: simple(1, 'lists the clusters whose people may be asked', ({ stores }, choose) => {
    const max = 1 + choose.below(3);
    return { act: () => stores.questions.clusters(max) };
  }),
};
