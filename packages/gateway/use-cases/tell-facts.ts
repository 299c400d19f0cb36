import type { MachineFacts } from '@deskhand/domain/session/machine.ts';
import type { Reconciliation } from '../ports/link.ts';
import type { Core } from './core.ts';

/** Far more than any machine holds; the rest is left out rather than the report. */
const SESSIONS_REPORTED_MAX = 500;
const MISSING_REPORTED_MAX = 50;

/** The facts for the report at the beginning of a link. */
export function reportFacts(core: Core): Reconciliation['facts'] {
  const facts = core.machine.facts();
  core.factsTold = facts.version;
  return wireFacts(facts);
}

/**
 * Tells what changed since the server last heard of the machine. What changes between the report and the server's answer to it
 * cannot go on that link yet, so this is called once more when the link is up.
 */
export function tellFacts(core: Core): void {
  const facts = core.machine.facts();
  if (facts.version === core.factsTold) return;
  if (core.link.send({ type: 'facts', facts: wireFacts(facts) })) core.factsTold = facts.version;
}

function wireFacts(facts: MachineFacts): Reconciliation['facts'] {
  return {
    ...facts,
    sessions: facts.sessions.slice(0, SESSIONS_REPORTED_MAX).map((session) => ({ ...session })),
    missing: facts.missing.slice(0, MISSING_REPORTED_MAX),
  };
}
