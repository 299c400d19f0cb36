import type { AskedCheck, MachineCheckStore } from '@deskhand/control-plane/ports/machine-checks.ts';
import type { SimulatedDatabase } from './database.ts';
import type { MachineCheckRow } from './rows.ts';
import type { StoreSession } from './server.ts';
import { stored } from './stored-values.ts';

export function openSimulatedMachineCheckStore(session: StoreSession): MachineCheckStore {
  const { database } = session.server;
  const read = (gatewayId: string, waitMs: number): AskedCheck | undefined => {
    const row = database.machineChecks.get(gatewayId);
    return row && checkOf(database, row, waitMs);
  };
  return {
    ask: async (question, audit) => {
      const { gatewayId, requestId, askedBy, waitMs } = question;
      await session.run('ask-machine', () => {
        if (database.gateways.get(gatewayId)?.removedAtMs !== null) return;
        const before = database.machineChecks.get(gatewayId);
        if (before && checkOf(database, before, waitMs).state === 'asked') return;
        const asked = { gatewayId, requestId, askedBy, askedAtMs: database.nowMs() };
        const unanswered = { answeredId: null, answeredAtMs: null, report: null };
        database.machineChecks.set(gatewayId, { ...unanswered, ...before, ...asked });
        database.addAudit(audit);
      });
      return (await session.run('read-machine-check', () => read(gatewayId, waitMs))) ?? 'not-found';
    },
    read: (gatewayId, waitMs) => session.run('read-machine-check', () => read(gatewayId, waitMs)),
    answer: (gatewayId, requestId, report) =>
      session.run('answer-machine-check', () => {
        const row = database.machineChecks.get(gatewayId);
        if (row?.requestId !== requestId || row.answeredId === requestId) return false;
        const answered = { answeredId: requestId, answeredAtMs: database.nowMs(), report: stored(report) };
        database.machineChecks.set(gatewayId, { ...row, ...answered });
        return true;
      }),
    attach: ({ runId, attempt, gatewayId }, report) =>
      session.run('attach-machine-check', () => {
        const run = database.runs.get(runId);
        const parts = database.partsOf(runId);
        if (run?.attempt !== attempt || run.gatewayId !== gatewayId || parts.machineCheck !== undefined) return;
        const machineCheck = { attempt, notedAtMs: database.nowMs(), report: stored(report) };
        database.parts.set(runId, { ...parts, machineCheck });
      }),
    ofRun: (runId) =>
      session.run('machine-check-of-run', () => {
        const found = database.partsOf(runId).machineCheck;
        return found && { attempt: found.attempt, notedAt: new Date(found.notedAtMs), report: found.report };
      }),
    noteRestart: (gatewayId, audit) =>
      session.run('note-restart', () => {
        if (database.gateways.get(gatewayId)?.removedAtMs !== null) return false;
        database.addAudit(audit);
        return true;
      }),
  };
}

function checkOf(database: SimulatedDatabase, row: MachineCheckRow, waitMs: number): AskedCheck {
  const isAnswered = row.answeredId === row.requestId;
  const isLate = row.askedAtMs <= database.nowMs() - waitMs;
  return {
    requestId: row.requestId,
    askedBy: row.askedBy,
    askedAt: new Date(row.askedAtMs),
    state: isAnswered ? 'answered' : isLate ? 'late' : 'asked',
    answeredAt: row.answeredAtMs === null ? null : new Date(row.answeredAtMs),
    report: row.report,
  };
}
