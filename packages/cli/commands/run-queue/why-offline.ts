import { readFileSync, writeFileSync } from 'node:fs';
import type { Decision } from '@deskhand/domain/run-queue/decision.ts';
import type { QueuedRun } from '@deskhand/domain/run-queue/snapshot.ts';
import { whyBefore } from '@deskhand/domain/run-queue/why-before.ts';
import { placeText, whyText } from '@deskhand/domain/run-queue/why-text.ts';
import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import { argument, type Call } from '../../command.ts';
import type { ExitCode } from '../../exit-code.ts';
import { cannot } from '../../terminal/errors.ts';

interface SavedDecision {
  readonly program: string;
  readonly decision: Decision;
}

export async function saveDecision(api: ApiClient, runId: string, file: string): Promise<void> {
  const kept = await api.getDecision({ params: { id: runId } });
  writeFileSync(file, `${JSON.stringify(kept)}\n`);
}

/** The same rules over a file: what a server would answer of this decision, wherever the file is. */
export function whyOffline(call: Call, file: string): ExitCode {
  const { decision, program } = read(file);
  const [first, other] = [inDecision(decision, argument(call, 0)), inDecision(decision, argument(call, 1))];
  const offer = decision.outcome.offers.find(({ runId }) => runId === first.id);
  if (offer === undefined) {
    const because = 'it holds one decision, of another run';
    throw cannot(
      `The decision in ${file} did not offer ${first.name}.`,
      because,
      'Name first the run that it was saved for.',
    );
  }
  const { isSame, why } = whyBefore(decision, { ...first, classKey: undefined }, { ...other, classKey: undefined });
  const gateway = (id: string): string => decision.snapshot.members.find((one) => one.gatewayId === id)?.name ?? id;
  const message = whyText(why, { first: first.name, other: other.name, gateway });
  call.output.one({ message, program, offeredTo: gateway(offer.gatewayId), isSame, why }, () =>
    [
      message,
      `decided: ${new Date(decision.atMs).toISOString()}, offered to ${gateway(offer.gatewayId)} (version ${program})`,
      ...('first' in why
        ? [`  ${first.name}: ${placeText(why.first)}`, `  ${other.name}: ${placeText(why.other)}`]
        : []),
      ...('otherWaits' in why ? why.otherWaits : []).map(
        ({ name, because }) => `  ${name}: ${because.message} (${because.code})`,
      ),
      `replay: ${isSame ? 'the same plan' : `another plan than version ${program} made`}`,
    ].join('\n'),
  );
  return 0;
}

function read(file: string): SavedDecision {
  const saved = parsed(file);
  if (saved.decision?.snapshot !== undefined && saved.program !== undefined) return saved as SavedDecision;
  throw unreadable(file, 'it holds no planning decision');
}

function parsed(file: string): Partial<SavedDecision> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<SavedDecision>;
  } catch (error) {
    throw unreadable(file, (error as Error).message);
  }
}

const unreadable = (file: string, because: string): Error =>
  cannot(`${file} could not be read.`, because, 'Give a file that was written with --save.');

interface RunInDecision {
  readonly id: QueuedRun['id'];
  readonly name: string;
}

/** By id, the beginning of it, or request number; a run that the snapshot does not hold is asked about as it was written. */
function inDecision({ snapshot }: Decision, written: string): RunInDecision {
  const word = written.replace(/^#/, '');
  const heads = snapshot.classes.flatMap((one) => one.heads);
  const head =
    heads.find((run) => run.id === word || (run.requestNumber > 0 && String(run.requestNumber) === word)) ??
    heads.find((run) => run.id.startsWith(word));
  const held = snapshot.inHand.find((run) => run.id.startsWith(word));
  return { id: head?.id ?? held?.id ?? (word as QueuedRun['id']), name: word };
}
