import type { ClusterId } from '@deskhand/domain/brand.ts';
import { movesOf, openStates, QUESTION_PAUSE_MS } from '@deskhand/domain/session/negotiation/question.ts';
import {
  type QuestionMove,
  type QuestionRecord,
  QUESTIONS_READ_MAX,
  type SessionQuestionStore,
} from '@deskhand/control-plane/ports/session-questions.ts';
import type { AuditFact } from '@deskhand/control-plane/ports/outcome.ts';
import type { SimulatedDatabase } from './database.ts';
import type { RunRow, SessionQuestionRow } from './rows.ts';
import type { StoreSession } from './server.ts';

export function openSimulatedSessionQuestionStore(session: StoreSession): SessionQuestionStore {
  const { database } = session.server;
  const { sessionQuestions: questions } = database;
  return {
    clusters: (max) => session.run('clusters-to-ask', () => clustersToAsk(database).slice(0, max)),
    read: (clusterId) =>
      session.run('read-questions', () => {
        const cluster = database.clusters.get(clusterId);
        return (
          cluster && {
            policy: cluster.negotiation,
            nowMs: database.nowMs(),
            questions: newestOf(database, clusterId).map((row) => recordOf(database, row)),
            linkVersions: new Map(database.membersOf(clusterId).map(({ id, linkVersion }) => [id, linkVersion])),
          }
        );
      }),
    ask: ({ id, clusterId, gatewayId, sessionId, user, runId }, told) =>
      session.run('ask-person', () => {
        const run = database.runs.get(runId);
        const gateway = database.gateways.get(gatewayId);
        if (run?.state !== 'queued' || run.clusterId !== clusterId) return false;
        if (gateway?.removedAtMs !== null || gateway.clusterId !== clusterId) return false;
        const isOpen = [...questions.values()].some(
          (one) => one.gatewayId === gatewayId && one.sessionId === sessionId && one.endedAtMs === null,
        );
        if (isOpen) return false;
        const nothing = { answeredAtMs: null, signOutAtMs: null, endedAtMs: null, trouble: null };
        const about = { id, clusterId, gatewayId, sessionId, user, runId };
        questions.set(id, { ...about, ...nothing, state: 'asked', askedAtMs: database.nowMs() });
        database.addEvent(runId, { attempt: run.attempt, ...told });
        return true;
      }),
    move: (move, audit) => session.run('move-question', () => carryOut(database, move, audit)),
    find: (gatewayId, id) =>
      session.run('find-question', () => {
        const row = questions.get(id);
        return row?.gatewayId === gatewayId ? { ...recordOf(database, row), clusterId: row.clusterId } : undefined;
      }),
    noteShown: (id, trouble) =>
      session.run('note-shown', () => {
        const row = questions.get(id);
        if (row === undefined || row.endedAtMs !== null || row.trouble === trouble) return false;
        questions.set(id, { ...row, trouble });
        return true;
      }),
  };
}

const waits = (run: RunRow | undefined): boolean => run?.state === 'queued' || run?.state === 'offered';

function clustersToAsk(database: SimulatedDatabase): ClusterId[] {
  const open = new Set(
    [...database.sessionQuestions.values()].flatMap((q) => (q.endedAtMs === null ? [q.clusterId] : [])),
  );
  return [...database.clusters.values()]
    .filter(({ id, negotiation }) => open.has(id) || (negotiation !== 'off' && hasQueue(database, id)))
    .map(({ id }) => id)
    .sort();
}

const hasQueue = ({ runs }: SimulatedDatabase, clusterId: string): boolean =>
  [...runs.queueOf(clusterId).values()].some((ofClass) => ofClass.length > 0);

function newestOf(database: SimulatedDatabase, clusterId: string): readonly SessionQuestionRow[] {
  const sinceMs = database.nowMs() - QUESTION_PAUSE_MS;
  return [...database.sessionQuestions.values()]
    .filter((row) => row.clusterId === clusterId)
    .filter((row) => row.endedAtMs === null || waits(database.runs.get(row.runId)) || row.askedAtMs > sinceMs)
    .sort((a, b) => b.askedAtMs - a.askedAtMs || (a.id < b.id ? -1 : 1))
    .slice(0, QUESTIONS_READ_MAX);
}

function carryOut(database: SimulatedDatabase, move: QuestionMove, audit: AuditFact): boolean {
  const { id, event, signOutAfterMs, trouble = null, told } = move;
  const row = database.sessionQuestions.get(id);
  const to = movesOf(event).find(({ from }) => from === row?.state)?.to;
  if (row === undefined || to === undefined) return false;
  const nowMs = database.nowMs();
  const signOutAtMs = signOutAfterMs === undefined ? row.signOutAtMs : nowMs + signOutAfterMs;
  if (signOutAfterMs !== undefined && row.signOutAtMs !== null && row.signOutAtMs <= nowMs + signOutAfterMs)
    return false;
  const isAnswer = event === 'agree' || event === 'decline';
  const answeredAtMs = isAnswer ? nowMs : row.answeredAtMs;
  const endedAtMs = openStates.some((state) => state === to) ? null : nowMs;
  database.sessionQuestions.set(id, { ...row, state: to, trouble, answeredAtMs, signOutAtMs, endedAtMs });
  const run = database.runs.get(row.runId);
  if (run !== undefined && waits(run)) database.addEvent(run.id, { attempt: run.attempt, ...told });
  if (to === 'signed-out') database.addAudit(audit);
  return true;
}

function recordOf(database: SimulatedDatabase, row: SessionQuestionRow): QuestionRecord {
  const { clusterId: _cluster, endedAtMs: _ended, ...question } = row;
  const run = database.runs.get(row.runId);
  return {
    ...question,
    runWaits: waits(run),
    gatewayName: database.gateways.get(row.gatewayId)?.name ?? '',
    flowName: database.flows.get(run?.flowId ?? '')?.name ?? '',
    askedBy: database.accounts.get(run?.submittedBy ?? '')?.name ?? '',
  };
}
