/**
 * Every text that people may search for word by word, in one place. The spelling of the Windows texts, with their odd
 * articles, is part of the contract (S19, S20, S57); tests compare them letter by letter.
 */

/** S19, machines of policy `single-session`. */
export const SESSION_EXISTS_SINGLE =
  'Cannot execute desktop flow. There is a locked or an inactive Windows user session on the target device';

/** S20, machines of policy `multi-session`. */
export const SESSION_EXISTS_MULTI =
  'Cannot execute desktop flow. There is a locked or inactive Windows user session on the target device';

/** S57 and S58, on every machine. */
export const CANNOT_CREATE_SESSION = 'cannot create new session';

/** S20 with the word Windows left out, for machines that are not Windows and do not rehearse it. */
export const SESSION_EXISTS_LINUX =
  'Cannot execute desktop flow. There is a locked or inactive user session on the target device';

/** Shown while an attended run uses the person's own screen (S24). */
export const HANDS_OFF_ADVICE = 'Please leave the keyboard and the mouse alone until it has finished.';

export const QUEUED = 'Queued';
export const NEXT_TO_RUN = 'Next to run';
export const RUN_ON_ALL_GATEWAYS = 'Run on all gateways in cluster';
export const UNATTENDED_ADD_ONS = 'Unattended Add-ons';
export const RESUBMIT = 'Resubmit';
