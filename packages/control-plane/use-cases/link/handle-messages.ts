import type { ReachedPhase } from '../../ports/gateway-links.ts';
import { endAttempt, handleMessage, type WorkMessage } from './handle-message.ts';
import type { LinkPorts, OpenLink, Replies } from './link-ports.ts';

/**
 * Messages that waited together, in their order. Phases right before their own attempt's result are written in its commit: a
 * run that was over before the first of them was written costs one commit and not one for each.
 */
export async function handleMessages(
  ports: LinkPorts,
  link: OpenLink,
  messages: readonly WorkMessage[],
): Promise<Replies> {
  const replies: Replies[number][] = [];
  for (let at = 0; at < messages.length; at += 1) {
    const { reached, result } = phasesBeforeResult(messages, at);
    if (result === undefined) {
      replies.push(...(await handleMessage(ports, link, messages[at] as WorkMessage)));
    } else {
      replies.push(...(await endAttempt(ports, link, result, reached)));
      at += reached.length;
    }
  }
  return replies;
}

/** The phases from here on and the result that follows them; without a result each phase is a message of its own. */
function phasesBeforeResult(
  messages: readonly WorkMessage[],
  from: number,
): { readonly reached: readonly ReachedPhase[]; readonly result?: Extract<WorkMessage, { type: 'result' }> } {
  const reached: ReachedPhase[] = [];
  const first = messages[from];
  for (const message of messages.slice(from)) {
    const isSameAttempt =
      'runId' in message &&
      first !== undefined &&
      'runId' in first &&
      message.runId === first.runId &&
      message.attempt === first.attempt;
    if (!isSameAttempt) break;
    if (message.type === 'result') return { reached, result: message };
    if (message.type !== 'phase') break;
    reached.push({ phase: message.phase, sinceAcquireMs: message.sinceAcquireMs });
  }
  return { reached: [] };
}
