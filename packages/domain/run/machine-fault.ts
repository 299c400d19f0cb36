/** Errors of sign-in, session and runner start: the flow had no part in them, so the machine is looked at. */
const machineFaults: ReadonlySet<string> = new Set([
  'SessionCreationError',
  'session-exists-single',
  'session-exists-multi',
  'cannot-create-session',
  'attended-wayland',
  'account-unknown',
  'account-refused',
  'account-expired',
  'account-locked',
  'password-wrong',
  'password-expired',
  'session-ended',
  'runner-failed-to-start',
  'RunnerLost',
]);

/** Whether a run that ended with this error failed at the machine's fault (S57–S60). */
export const isMachineFault = (code: string | undefined): boolean => code !== undefined && machineFaults.has(code);
