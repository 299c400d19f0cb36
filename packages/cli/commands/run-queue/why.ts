import { placeText } from '@deskhand/domain/run-queue/why-text.ts';
import type { WhyBefore } from '@deskhand/protocol/http/replay.ts';
import { argument, type Command, text } from '../../command.ts';
import { findRun } from '../runs/find-run.ts';
import { saveDecision, whyOffline } from './why-offline.ts';

export const why: Command = {
  name: 'run-queue why',
  summary: 'Say why one run went before another of its queue, by a replay of the decision.',
  arguments: [
    { syntax: '<first>', description: 'the run that went first: id, beginning of the id, or request number' },
    { syntax: '<other>', description: 'the run that went later, or still waits' },
  ],
  options: [
    { syntax: '--save <file>', description: 'keep the decision that offered the first run, whole' },
    { syntax: '--from <file>', description: 'replay a decision that was kept so, without a server' },
  ],
  examples: [
    'deskhand queue why 4812 4809',
    'deskhand queue why 4812 4809 --save decision.json',
    'deskhand queue why 4812 4809 --from decision.json',
  ],
  exitCodes: [0, 2, 4, 5, 7],
  run: async (call) => {
    const from = text(call, 'from');
    if (from !== undefined) return whyOffline(call, from);
    const api = await call.api();
    const first = await findRun(api, argument(call, 0));
    const other = await findRun(api, argument(call, 1));
    const answer = await api.whyBefore({ params: { id: first.id, other: other.id } });
    const file = text(call, 'save');
    if (file !== undefined) await saveDecision(api, first.id, file);
    call.output.one(answer, whyAsText);
    return 0;
  },
};

export function whyAsText({ message, decision, first, other }: WhyBefore): string {
  if (decision === null) return message;
  const { at, way, offeredTo, program, firstPlace, otherPlace, otherWaits, replay } = decision;
  const met = way === 'at-once' ? ', together with its submission' : '';
  return [
    message,
    `decided: ${at}, offered to ${offeredTo.name}${met} (version ${program})`,
    ...(firstPlace === null ? [] : [`  ${first.requestNumber}: ${placeText(firstPlace)}`]),
    ...(otherPlace === null ? [] : [`  ${other.requestNumber}: ${placeText(otherPlace)}`]),
    ...(otherWaits.length === 0 ? [] : [`at that moment ${other.requestNumber} waited:`]),
    ...otherWaits.map(({ name, because }) => `  ${name}: ${because.message} (${because.code})`),
    `replay: ${replay.message}`,
  ].join('\n');
}
