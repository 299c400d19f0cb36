import type {
  PreflightRecord,
  PreflightResultRecord,
  PreflightStore,
} from '@deskhand/control-plane/ports/preflights.ts';
import type { SimulatedDatabase } from './database.ts';
import type { ConnectionRow, PreflightResultRow, PreflightRoundRow } from './rows.ts';
import { dateOf } from './run-records.ts';
import type { StoreSession } from './server.ts';

export function openSimulatedPreflightStore(session: StoreSession): PreflightStore {
  const { database } = session.server;
  const { preflightRounds: rounds, preflightResults: results } = database;
  const openRound = (connectionId: string, roundId: string): PreflightRoundRow | undefined => {
    const round = rounds.get(connectionId);
    return round?.roundId === roundId && round.endedAtMs === null ? round : undefined;
  };
  const waitingFor = (gatewayId: string, roundId: string): PreflightResultRow | undefined =>
    [...results.values()].find((row) => row.gatewayId === gatewayId && row.roundId === roundId && row.answer === null);
  return {
    read: (connectionId, waitMs) =>
      session.run('read-preflight', () => {
        const row = thereIs(database, connectionId);
        return row && recordOf(database, row, waitMs);
      }),
    begin: ({ connectionId, roundId, begunBy }, audit) =>
      session.run('begin-preflight', () => {
        const row = thereIs(database, connectionId);
        const isUnderWay = rounds.get(connectionId)?.endedAtMs === null;
        if (row === undefined) return 'not-found';
        if (isUnderWay) return 'under-way';
        rounds.set(connectionId, {
          connectionId: row.id,
          roundId,
          begunBy,
          begunAtMs: database.nowMs(),
          endedAtMs: null,
        });
        database.addAudit(audit);
        return 'begun';
      }),
    ask: (question, waitMs) => session.run('ask-member', () => ask(database, question, waitMs)),
    question: (gatewayId, roundId) =>
      session.run('preflight-question', () => {
        const asked = waitingFor(gatewayId, roundId);
        const row = asked && thereIs(database, asked.connectionId);
        if (row === undefined || row.passwordVersion !== asked?.passwordVersion) return undefined;
        const { id: connectionId, clusterId, accountName, sealedPassword, sealContext, passwordVersion } = row;
        return { connectionId, clusterId, accountName, sealedPassword, sealContext, passwordVersion };
      }),
    answer: (gatewayId, roundId, { answer, isDirectoryAccount }) =>
      session.run('member-answers', () => {
        const asked = waitingFor(gatewayId, roundId);
        if (asked === undefined) return undefined;
        const answered = { answer, isDirectoryAccount, answeredAtMs: database.nowMs() };
        results.set(keyOf(asked), { ...asked, ...answered });
        return asked.connectionId;
      }),
    end: (connectionId, roundId) =>
      session.run('end-preflight', () => {
        const round = openRound(connectionId, roundId);
        if (round !== undefined) rounds.set(connectionId, { ...round, endedAtMs: database.nowMs() });
        return round !== undefined;
      }),
    underWay: (max) =>
      session.run('preflights-under-way', () =>
        [...rounds.values()]
          .filter((round) => round.endedAtMs === null && thereIs(database, round.connectionId) !== undefined)
          .sort((a, b) => a.begunAtMs - b.begunAtMs || byText(a.connectionId, b.connectionId))
          .slice(0, max)
          .map((round) => round.connectionId),
      ),
    due: (everyMs, max) =>
      session.run('preflights-due', () =>
        [...database.connections.values()]
          .filter((row) => isDue(database, row, everyMs))
          .sort((a, b) => lastAtMs(database, a) - lastAtMs(database, b) || byText(a.id, b.id))
          .slice(0, max)
          .map((row) => row.id),
      ),
  };
}

type Asked = Parameters<PreflightStore['ask']>[0];

const keyOf = ({ connectionId, gatewayId }: { readonly connectionId: string; readonly gatewayId: string }): string =>
  `${connectionId} ${gatewayId}`;
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function thereIs(database: SimulatedDatabase, connectionId: string): ConnectionRow | undefined {
  const row = database.connections.get(connectionId);
  return row?.deletedAtMs === null ? row : undefined;
}

function ask(database: SimulatedDatabase, { connectionId, roundId, gatewayId }: Asked, waitMs: number): boolean {
  const { preflightRounds: rounds, preflightResults: results } = database;
  const round = rounds.get(connectionId);
  if (round?.roundId !== roundId || round.endedAtMs !== null) return false;
  const connection = thereIs(database, connectionId);
  const gateway = database.gateways.get(gatewayId);
  if (connection === undefined || gateway?.removedAtMs !== null || gateway.clusterId !== connection.clusterId)
    return false;
  const freshSinceMs = database.nowMs() - waitMs;
  const ofConnection = [...results.values()].filter((row) => row.connectionId === connectionId);
  if (ofConnection.some((row) => row.answer === null && row.askedAtMs > freshSinceMs)) return false;
  const before = results.get(keyOf({ connectionId, gatewayId }));
  const { passwordVersion } = connection;
  if (before?.roundId === roundId) return false;
  if (before?.answer === 'password-wrong' && before.passwordVersion === passwordVersion) return false;
  const unanswered = { answeredAtMs: null, answer: null, isDirectoryAccount: false };
  const asked = { connectionId: connection.id, gatewayId: gateway.id, roundId, passwordVersion };
  results.set(keyOf(asked), { ...asked, ...unanswered, askedAtMs: database.nowMs() });
  return true;
}

const lastAtMs = ({ preflightRounds }: SimulatedDatabase, row: ConnectionRow): number =>
  Math.max(preflightRounds.get(row.id)?.begunAtMs ?? 0, row.rotatedAtMs ?? 0, row.createdAtMs);

function isDue(database: SimulatedDatabase, row: ConnectionRow, everyMs: number): boolean {
  if (row.deletedAtMs !== null || row.sealedPassword === null) return false;
  if (database.preflightRounds.get(row.id)?.endedAtMs === null) return false;
  if (lastAtMs(database, row) > database.nowMs() - everyMs) return false;
  return database.membersOf(row.clusterId).some((gateway) => gateway.linkedTo !== null);
}

function recordOf(database: SimulatedDatabase, row: ConnectionRow, waitMs: number): PreflightRecord {
  const round = database.preflightRounds.get(row.id);
  const members = database.membersOf(row.clusterId).sort((a, b) => a.order - b.order || byText(a.id, b.id));
  const results = [...database.preflightResults.values()].filter(({ connectionId }) => connectionId === row.id);
  return {
    connectionId: row.id,
    clusterId: row.clusterId,
    people: row.ownerId === null ? row.sharedWith : [row.ownerId, ...row.sharedWith],
    accountName: row.accountName,
    hasPassword: row.sealedPassword !== null,
    passwordVersion: row.passwordVersion,
    round:
      round === undefined
        ? null
        : {
            id: round.roundId,
            begunBy: round.begunBy,
            begunAt: new Date(round.begunAtMs),
            isOver: round.endedAtMs !== null,
          },
    members: members.map(({ id, name, linkedTo, linkVersion }) => ({
      gatewayId: id,
      name,
      isOnline: linkedTo !== null,
      linkVersion,
    })),
    results: results
      .sort((a, b) => byText(a.gatewayId, b.gatewayId))
      .map((one) => resultOf(one, database.nowMs() - waitMs)),
  };
}

function resultOf(row: PreflightResultRow, freshSinceMs: number): PreflightResultRecord {
  const { gatewayId, roundId, passwordVersion, isDirectoryAccount } = row;
  return {
    ...{ gatewayId, roundId, passwordVersion, isDirectoryAccount },
    answeredAt: dateOf(row.answeredAtMs),
    answer: row.answer ?? (row.askedAtMs <= freshSinceMs ? 'unanswered' : 'asked'),
  };
}
