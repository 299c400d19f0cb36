import type { RunError } from '../run/run.ts';
import type { WaitReason } from '../run-queue/snapshot.ts';

/** The error of a run that was refused by a session rule: the same stable code, the verbatim text, and the remedy as details. */
export function runErrorOf(because: WaitReason): RunError {
  return { code: because.code, message: because.message, details: because.remedy };
}
