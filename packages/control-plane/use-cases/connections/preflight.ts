import { auditBy, type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';
import type { PreflightRecord } from '../../ports/preflights.ts';
import { type AskPorts, goOn, readBoard } from './ask-members.ts';
import { type ConnectionPorts, connectionFor } from './connections.ts';

export interface PreflightPorts extends ConnectionPorts, AskPorts {
  /** The members are nudged, and pages are told. */
  readonly changes: AskPorts['changes'];
  readonly newRoundId: () => string;
}

/** Whoever may use the connection may have it checked; who asks while it is being checked looks on. */
export async function beginPreflight(
  ports: PreflightPorts,
  caller: Caller,
  id: string,
): Promise<Outcome<PreflightRecord>> {
  const connection = await connectionFor(ports, caller, id);
  if (!connection.ok) return connection;
  const round = { connectionId: id, roundId: ports.newRoundId(), begunBy: caller.email };
  const { accountName: account, passwordVersion } = connection.value;
  const audit = auditBy(caller, 'preflight', `connection ${id}`, { account, passwordVersion });
  await ports.preflights.begin(round, audit);
  // Of a round that is under way too: a member that did not answer in time holds up nobody who looks.
  await goOn(ports, id);
  return await boardFor(ports, id);
}

export async function readPreflight(
  ports: PreflightPorts,
  caller: Caller,
  id: string,
): Promise<Outcome<PreflightRecord>> {
  const connection = await connectionFor(ports, caller, id);
  return connection.ok ? await boardFor(ports, id) : connection;
}

async function boardFor(ports: PreflightPorts, id: string): Promise<Outcome<PreflightRecord>> {
  const record = await readBoard(ports, id);
  return record === undefined ? refuse('not-found', { what: 'connection' }) : done(record);
}
