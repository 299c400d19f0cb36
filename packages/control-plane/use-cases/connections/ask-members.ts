import { nextQuestion } from '@deskhand/domain/preflight/ask-in-turn.ts';
import type { PreflightBoard } from '@deskhand/domain/preflight/preflight.ts';
import { maySay } from '@deskhand/protocol/link/versions.ts';
import { PREFLIGHT_ANSWER_WAIT_MS, type PreflightReply } from '@deskhand/protocol/preflight.ts';
import type { ChangeFeed } from '../../ports/changes.ts';
import type { GatewayLinks } from '../../ports/gateway-links.ts';
import type { PreflightRecord, PreflightStore } from '../../ports/preflights.ts';
import { tellOfOwn } from '../system/tell-of-own.ts';

export interface AskPorts {
  readonly preflights: PreflightStore;
  readonly links: GatewayLinks;
  readonly changes: ChangeFeed;
}

export const readBoard = (ports: Pick<AskPorts, 'preflights'>, id: string): Promise<PreflightRecord | undefined> =>
  ports.preflights.read(id, PREFLIGHT_ANSWER_WAIT_MS);

export function boardOf(record: PreflightRecord): PreflightBoard {
  const members = record.members.map(({ linkVersion, ...member }) => ({
    ...member,
    knowsPreflight: maySay('preflight', linkVersion),
  }));
  return { ...record, members };
}

/** Asks the next member, or ends the round. May be called at any moment, by any server, as often as wanted. */
export async function goOn(ports: AskPorts, connectionId: string): Promise<void> {
  const record = await readBoard(ports, connectionId);
  if (record !== undefined) await goOnFrom(ports, record);
}

async function goOnFrom(ports: AskPorts, record: PreflightRecord): Promise<void> {
  if (record.round === null || record.round.isOver) return;
  const { connectionId, round } = record;
  const roundId = round.id;
  const next = nextQuestion(boardOf(record), roundId);
  if (next.kind === 'over') {
    if (await ports.preflights.end(connectionId, roundId)) tellPages(ports, record);
    return;
  }
  if (next.kind === 'wait') return;
  const { gatewayId } = next;
  if (!(await ports.preflights.ask({ connectionId, roundId, gatewayId }, PREFLIGHT_ANSWER_WAIT_MS))) return;
  tellPages(ports, record);
  if (!(await sendQuestionHere(ports, gatewayId, roundId)))
    ports.changes.nudge({ kind: 'preflight', gatewayId, roundId });
}

/** What goes to the gateway is read where its link is held, so that a sealed password takes no way through other servers. */
export async function sendQuestionHere(
  { preflights, links }: Pick<AskPorts, 'preflights' | 'links'>,
  gatewayId: string,
  roundId: string,
): Promise<boolean> {
  const question = await preflights.question(gatewayId, roundId);
  return question !== undefined && links.send(gatewayId, { type: 'preflight', requestId: roundId, ...question });
}

export async function memberAnswered(
  ports: AskPorts,
  gatewayId: string,
  { requestId, answer, isDirectoryAccount }: PreflightReply & { readonly requestId: string },
): Promise<void> {
  const connectionId = await ports.preflights.answer(gatewayId, requestId, { answer, isDirectoryAccount });
  if (connectionId === undefined) return;
  const record = await readBoard(ports, connectionId);
  if (record === undefined) return;
  tellPages(ports, record);
  await goOnFrom(ports, record);
}

const tellPages = (ports: AskPorts, { connectionId: id, people }: PreflightRecord): void =>
  tellOfOwn(ports, { what: 'connection', id, people });
