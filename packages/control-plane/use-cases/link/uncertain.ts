import type { RunError } from '@deskhand/domain/run/run.ts';
import { errorTable } from '@deskhand/protocol/errors.ts';

/** The honest end of a run that nobody can tell the end of. */
export function uncertain(detail: string): RunError {
  return { code: 'OutcomeUncertain', message: errorTable.OutcomeUncertain.message, details: detail };
}
