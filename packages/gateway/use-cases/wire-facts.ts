import type { MachineFacts } from '@deskhand/domain/session/machine.ts';
import type { Reconciliation } from '../ports/link.ts';

/** Far more than any machine holds; the rest is left out rather than the report. */
const SESSIONS_REPORTED_MAX = 500;
const MISSING_REPORTED_MAX = 50;

export function wireFacts(facts: MachineFacts): Reconciliation['facts'] {
  return {
    ...facts,
    sessions: facts.sessions.slice(0, SESSIONS_REPORTED_MAX).map((session) => ({ ...session })),
    missing: facts.missing.slice(0, MISSING_REPORTED_MAX),
  };
}
