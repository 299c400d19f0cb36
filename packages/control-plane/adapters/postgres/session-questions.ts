import type { ClusterId, GatewayId } from '@deskhand/domain/brand.ts';
import {
  movesOf,
  type NegotiationPolicy,
  openStates,
  QUESTION_PAUSE_MS,
} from '@deskhand/domain/session/negotiation/question.ts';
import type { Pool } from 'pg';
import {
  type NegotiationReading,
  type QuestionMove,
  type QuestionRecord,
  QUESTIONS_READ_MAX,
  type SessionQuestionStore,
} from '../../ports/session-questions.ts';
import { changing } from './audit.ts';
import { isUniqueViolation } from './fault.ts';
import { type Queryable, rowOf, rowsOf } from './query.ts';

export function openSessionQuestionStore(pool: Pool): SessionQuestionStore {
  return {
    clusters: async (max) =>
      (
        await rowsOf<{ id: ClusterId }>(
          pool,
          `select id from gateway_cluster k
            where exists (select 1 from session_question q where q.cluster_id = k.id and q.ended_at is null)
              or (negotiation <> 'off' and exists (select 1 from run r where r.cluster_id = k.id and r.state = 'queued'))
            order by id limit $1`,
          [max],
        )
      ).map(({ id }) => id),
    read: (clusterId) => read(pool, clusterId),
    ask: (question, told) => orOpen(() => ask(pool, question, told)),
    move: (move, audit) =>
      changing(
        pool,
        audit,
        (client) => carryOut(client, move),
        (to) => to === 'signed-out',
      ).then((to) => to !== undefined),
    find: async (gatewayId, id) => {
      const row = await rowOf<QuestionRow & { clusterId: ClusterId }>(
        pool,
        `select ${columns}, q.cluster_id as "clusterId" ${tables} where q.id = $2 and q.gateway_id = $1`,
        [gatewayId, id],
      );
      return row && { ...questionFromRow(row), clusterId: row.clusterId };
    },
    noteShown: async (id, trouble) =>
      (
        await rowsOf(
          pool,
          `update session_question set trouble = $2 where id = $1 and ended_at is null and trouble is distinct from $2 returning 1`,
          [id, trouble],
        )
      ).length === 1,
  };
}

type QuestionRow = Omit<QuestionRecord, 'askedAtMs' | 'signOutAtMs' | 'answeredAtMs'> &
  Readonly<Record<'askedAtMs' | 'signOutAtMs' | 'answeredAtMs', string | null>>;

const ms = (column: string): string => `extract(epoch from q.${column}) * 1000`;
const columns = `q.id, q.gateway_id as "gatewayId", q.session_id as "sessionId", q.machine_user as "user", q.run_id as "runId",
  r.state in ('queued', 'offered') as "runWaits", q.state, q.trouble, g.name as "gatewayName", f.name as "flowName", a.name as "askedBy",
  ${ms('asked_at')} as "askedAtMs", ${ms('sign_out_at')} as "signOutAtMs", ${ms('answered_at')} as "answeredAtMs"`;
const tables = `from session_question q join run r on r.id = q.run_id join gateway g on g.id = q.gateway_id
  join desktop_flow f on f.id = r.flow_id join account a on a.id = r.submitted_by`;

function questionFromRow({ askedAtMs, signOutAtMs, answeredAtMs, ...row }: QuestionRow): QuestionRecord {
  const moment = (text: string | null): number | null => (text === null ? null : Number(text));
  const { id, gatewayId, sessionId, user, runId, runWaits, state, trouble, gatewayName, flowName, askedBy } = row;
  return {
    ...{ id, gatewayId, sessionId, user, runId, runWaits, state, trouble, gatewayName, flowName, askedBy },
    askedAtMs: Number(askedAtMs),
    signOutAtMs: moment(signOutAtMs),
    answeredAtMs: moment(answeredAtMs),
  };
}

async function read(client: Queryable, clusterId: string): Promise<NegotiationReading | undefined> {
  const cluster = await rowOf<{
    policy: NegotiationPolicy;
    nowMs: string;
    members: readonly { readonly id: GatewayId; readonly version: number }[];
  }>(
    client,
    `select negotiation as policy, extract(epoch from clock_timestamp()) * 1000 as "nowMs",
        coalesce((select jsonb_agg(jsonb_build_object('id', g.id, 'version', g.link_version))
          from gateway g where g.cluster_id = k.id and g.removed_at is null), '[]') as members
      from gateway_cluster k where id = $1`,
    [clusterId],
  );
  if (cluster === undefined) return undefined;
  const rows = await rowsOf<QuestionRow>(
    client,
    `select ${columns} ${tables} where q.cluster_id = $1 and (q.ended_at is null or r.state in ('queued', 'offered')
        or q.asked_at > clock_timestamp() - make_interval(secs => $2::float8 / 1000))
      order by q.asked_at desc, q.id limit $3`,
    [clusterId, QUESTION_PAUSE_MS, QUESTIONS_READ_MAX],
  );
  return {
    policy: cluster.policy,
    nowMs: Number(cluster.nowMs),
    questions: rows.map(questionFromRow),
    linkVersions: new Map(cluster.members.map(({ id, version }) => [id, version])),
  };
}

/** The index lets one question about a session be open, whoever asks at the same moment. */
async function orOpen(work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}

async function ask(
  client: Queryable,
  { id, clusterId, gatewayId, sessionId, user, runId }: Parameters<SessionQuestionStore['ask']>[0],
  told: QuestionMove['told'],
): Promise<boolean> {
  const rows = await rowsOf(
    client,
    `with asked as (
        insert into session_question (id, cluster_id, gateway_id, session_id, machine_user, run_id, state, asked_at)
          select $1, r.cluster_id, g.id, $4, $5, r.id, 'asked', clock_timestamp() from run r join gateway g on g.cluster_id = r.cluster_id
            where r.id = $6 and r.cluster_id = $2 and r.state = 'queued' and g.id = $3 and g.removed_at is null
          returning run_id
      ), event as (
        insert into run_event (run_id, attempt, event, detail, actor)
          select r.id, r.attempt, $7, $8, $9 from asked join run r on r.id = asked.run_id
      ) select 1 from asked`,
    [id, clusterId, gatewayId, sessionId, user, runId, told.event, told.detail, told.actor],
  );
  return rows.length === 1;
}

/** Answers the state that the question came into. */
async function carryOut(client: Queryable, move: QuestionMove): Promise<string | undefined> {
  const { id, event, signOutAfterMs = null, trouble = null, told } = move;
  const moves = movesOf(event);
  const isAnswer = event === 'agree' || event === 'decline';
  const row = await rowOf<{ state: string }>(
    client,
    `with moved as (
        update session_question q set state = t.next, trouble = $5,
          answered_at = case when $6 then clock_timestamp() else answered_at end,
          sign_out_at = case when $4::float8 is null then sign_out_at else clock_timestamp() + make_interval(secs => $4 / 1000) end,
          ended_at = case when t.next = any($7::text[]) then null else clock_timestamp() end
        from unnest($2::text[], $3::text[]) as t(state, next)
        where q.id = $1 and q.state = t.state and ($4::float8 is null or q.sign_out_at is null
          or q.sign_out_at > clock_timestamp() + make_interval(secs => $4 / 1000))
        returning q.run_id, q.state
      ), event as (
        insert into run_event (run_id, attempt, event, detail, actor)
          select r.id, r.attempt, $8, $9, $10 from moved join run r on r.id = moved.run_id where r.state in ('queued', 'offered')
      ) select state from moved`,
    [
      id,
      moves.map(({ from }) => from),
      moves.map(({ to }) => to),
      signOutAfterMs,
      trouble,
      isAnswer,
      openStates,
      told.event,
      told.detail,
      told.actor,
    ],
  );
  return row?.state;
}
