/**
 * The one table of errors: stable code → HTTP status, exit code of the command line, what happened and what to do next.
 * `docs/errors.md` is written from it, and a test keeps both in step. Sentences may hold `{name}` places.
 */
export interface ErrorEntry {
  readonly status: number;
  readonly exit: number;
  readonly message: string;
  readonly remedy: string;
}

const entry = (status: number, exit: number, message: string, remedy: string): ErrorEntry => ({
  status,
  exit,
  message,
  remedy,
});

export const errorTable = {
  // Requests
  'invalid-request': entry(400, 3, 'The request does not fit: {detail}', 'Compare it with /api/v1/openapi.json.'),
  'too-large': entry(
    413,
    3,
    '{what} is larger than the limit of {limit}.',
    'Send less, or keep large data in a file on the machine.',
  ),
  'not-found': entry(
    404,
    5,
    'There is no {what} with this id, or it is not shared with you.',
    'Check the id, or ask its owner to share it.',
  ),
  'route-not-found': entry(404, 5, 'This address leads nowhere.', 'See /api/v1/openapi.json for every address.'),
  'not-signed-in': entry(
    401,
    4,
    'You are not signed in, or the sign-in has ended.',
    'Sign in again, or give a valid API token.',
  ),
  'not-allowed': entry(
    403,
    4,
    'Your account may not do this: {detail}',
    'Ask an admin for the role, or the owner to share the object.',
  ),
  'wrong-origin': entry(403, 4, 'The request came from another site.', 'Open the portal at its own address.'),
  'rate-limited': entry(429, 7, 'Too many tries. Wait {seconds} s.', 'Wait, then try again.'),
  'plan-too-large': entry(
    422,
    1,
    'The plan cannot be computed: {detail}.',
    'Take a shorter span of the history, or describe a smaller load.',
  ),
  'plan-without-machines': entry(
    409,
    6,
    'The gateway cluster {cluster} has no gateway whose machine is known, so there is nothing to plan with.',
    'Enrol a machine and start its gateway, or enable one.',
  ),
  conflict: entry(409, 6, '{detail}', 'Look at the current state and try again.'),
  'idempotency-key-reused': entry(
    422,
    6,
    'This Idempotency-Key was used with another request.',
    'Use a new key for a new request.',
  ),
  'server-unavailable': entry(
    503,
    7,
    'The server cannot answer now: {detail}',
    'Nothing was lost. Try again in a moment.',
  ),
  internal: entry(
    500,
    7,
    'The server met an unexpected fault (reference {reference}).',
    'Look for the reference in the server log.',
  ),
  // Backups
  'backup-damaged': entry(422, 1, 'The backup cannot be used: {detail}.', 'Take another backup; nothing was changed.'),
  'backup-newer': entry(
    422,
    2,
    'The backup was made by Deskhand {deskhand} with the schema {name}, which this version does not know.',
    'Restore it with that version or a newer one; nothing was changed.',
  ),
  'restore-not-empty': entry(
    409,
    6,
    'The database is in use: it holds {accounts} accounts and {runs} runs.',
    'Add --replace to replace all of it by the backup. Take a backup of it first.',
  ),
  'restore-server-running': entry(
    409,
    6,
    'A server of Deskhand is connected to the database.',
    'Stop every server that uses it, then restore.',
  ),
  // Accounts
  'setup-code-wrong': entry(
    403,
    4,
    'This set-up link is wrong, used or out of date.',
    'Print a new one with: deskhand setup-code',
  ),
  'already-set-up': entry(409, 6, 'The first admin exists already.', 'Sign in, or ask an admin for an account.'),
  'sign-in-refused': entry(
    401,
    4,
    'The e-mail or the password is wrong.',
    'Try again, or ask an admin to reset the password.',
  ),
  'account-disabled': entry(403, 4, 'This account is disabled.', 'Ask an admin.'),
  'password-too-weak': entry(
    400,
    3,
    'The password needs at least {length} characters and must not be a common one.',
    'Choose a longer one.',
  ),
  'personal-mail-domain': entry(
    400,
    3,
    '{domain} is a public mail domain; Deskhand takes accounts of an organisation only.',
    'Use a work e-mail address.',
  ),
  'domain-not-allowed': entry(
    400,
    3,
    'Accounts must belong to {domains}.',
    'Use such an address, or let an admin add the domain.',
  ),
  'email-taken': entry(
    409,
    6,
    'An account with this e-mail exists already.',
    'Sign in with it, or choose another address.',
  ),
  'last-admin': entry(
    409,
    6,
    'The last admin cannot lose the role or be disabled.',
    'Make another account an admin first.',
  ),
  AccountMismatch: entry(
    403,
    4,
    'Accounts do not match: {detail}',
    'Use your own gateway, connection and operating-system account, or ask an admin for an exception.',
  ),
  // Flows
  'flow-not-parsable': entry(400, 2, 'The script has errors: {detail}', 'Run: deskhand flow check FILE'),
  'flow-name-taken': entry(409, 6, 'A desktop flow of yours has this name already.', 'Choose another name.'),
  'flow-changed-meanwhile': entry(
    409,
    6,
    'Somebody saved version {version} in the meantime.',
    'Compare with the newer version, then save again.',
  ),
  'flow-deleted': entry(409, 6, 'The desktop flow of this run was deleted.', 'Submit another desktop flow.'),
  'flow-in-use': entry(409, 6, 'This desktop flow has unfinished runs.', 'Cancel them or wait until they end.'),
  // Connections
  'connection-has-no-password': entry(
    400,
    3,
    'This connection holds no password, and an unattended run needs one.',
    'Set it: deskhand connections rotate CONNECTION',
  ),
  'cluster-has-no-key': entry(
    409,
    6,
    'This gateway cluster has no key, so no password can be sealed to it.',
    'Enrol a gateway that signs accounts in (as root).',
  ),
  'sealed-to-other-key': entry(
    409,
    6,
    'The password was sealed to another key than the cluster has now.',
    'Reload and seal it again.',
  ),
  // Runs
  'run-already-finished': entry(409, 6, 'This run has already finished.', 'Resubmit it to run again.'),
  'run-already-cancelling': entry(409, 6, 'This run is already being cancelled.', 'Wait until it ends.'),
  'run-not-finished': entry(409, 6, 'This run has not finished.', 'Cancel it, or wait until it ends.'),
  'run-not-queued': entry(
    409,
    6,
    'This run no longer waits in a run queue.',
    'Only queued runs can be moved or re-prioritised.',
  ),
  'run-not-moved': entry(409, 6, 'This run was not moved to the top.', 'There is nothing to undo.'),
  'uncertain-needs-confirmation': entry(
    409,
    6,
    'The outcome of this run is uncertain: it may still be running on {gateway}.',
    'Check the machine, then resubmit with confirmation.',
  ),
  'missing-input': entry(400, 3, 'The input {name} has no value.', 'Give it: --input {name}=VALUE'),
  'unknown-input': entry(
    400,
    3,
    'The desktop flow has no input named {name}.',
    'See its inputs: deskhand flows show FLOW',
  ),
  'queue-full': entry(429, 7, 'The run queue holds {limit} runs, its limit.', 'Wait until some have run.'),
  // Gateways
  'enrolment-token-wrong': entry(
    403,
    4,
    'This enrolment token is wrong, used or older than an hour.',
    'Make a new one on the gateways page.',
  ),
  'gateway-name-taken': entry(
    409,
    6,
    'The cluster has a gateway of this name already.',
    'Remove the old one, or give another name.',
  ),
  'gateway-has-unfinished-runs': entry(
    409,
    6,
    'This gateway has unfinished runs ({count}), which would become uncertain.',
    'Cancel them first, or confirm the removal.',
  ),
  'gateway-offline': entry(
    409,
    6,
    'The gateway {name} is offline, so it cannot be reached from here.',
    'Check the power and the network of its machine first, then start the gateway there.',
  ),
  'live-view-off': entry(
    409,
    6,
    'The gateway cluster {name} does not let anybody watch the screens of its runs.',
    'An admin can allow it: deskhand gateway-clusters set {name} --live-view yes',
  ),
  'run-not-on-screen': entry(
    409,
    6,
    'This run is on no machine now, so there is no screen to watch.',
    'Watch it once it has started; its screenshots stay with it.',
  ),
  'too-many-watchers': entry(
    409,
    6,
    'As many people as may already watch: {limit}.',
    'Wait until one of them has stopped.',
  ),
  'gateway-too-old': entry(
    409,
    6,
    'The gateway {name} is of a release that cannot do this.',
    'Upgrade the gateway; its runs go on meanwhile.',
  ),
  'gateway-not-running': entry(
    409,
    6,
    'No gateway runs on {folder}.',
    'Start it: deskhand gateway install-service, or deskhand gateway run',
  ),
  'cluster-not-empty': entry(409, 6, 'The cluster still has gateways or unfinished runs.', 'Remove them first.'),
  'cluster-key-needed': entry(
    409,
    6,
    'The cluster has a key, which the new member must bring.',
    'Give its recovery key (--recovery-key-stdin), or confirm the code at a member: deskhand gateway confirm-join',
  ),
  'join-request-missing': entry(
    404,
    5,
    'No such machine asks to join this cluster.',
    'Start there: deskhand gateway enrol, without a recovery key. It says what to do.',
  ),
  'join-expired': entry(
    410,
    2,
    'Nobody confirmed the code in time.',
    'Enrol the machine again, and confirm the new code at a member.',
  ),
  'join-step-taken': entry(
    409,
    6,
    'This request to join was taken up already, at this member or at another.',
    'Confirm it there, or enrol the machine again.',
  ),
  'join-code-wrong': entry(
    403,
    4,
    'The code is not the one of this machine, so the key of the cluster was not handed out.',
    'Enrol the machine again and type its new code. If it fails again, somebody may sit between the machines.',
  ),
  'join-refused': entry(
    403,
    4,
    'The member refused: the code that was typed there was not the code of this machine.',
    'Enrol again and type the new code. If it fails again, somebody may sit between the machines.',
  ),
  'join-tampered': entry(
    409,
    4,
    'What came from the other machine is not what it promised: it was changed on the way, so nothing was handed out.',
    'Do not trust this server before you know who changed it.',
  ),
  'join-many': entry(
    409,
    6,
    'Several machines ask to join: {names}.',
    'Say which: deskhand gateway confirm-join --name NAME',
  ),
  // Ends of runs (DESIGN §6, §7; product-reference §2.10)
  NoCandidateMachine: entry(
    409,
    1,
    'No machine able to run the desktop flow was found before the start deadline.',
    'See the last reason of every gateway on the run.',
  ),
  SessionCreationError: entry(
    409,
    1,
    'The session could not be made: {detail}',
    'See the sign-in error; try the account at the machine.',
  ),
  'session-exists-single': entry(
    409,
    1,
    'Cannot execute desktop flow. There is a locked or an inactive Windows user session on the target device',
    'Sign out every user of the machine, or set the connection to wait.',
  ),
  'session-exists-multi': entry(
    409,
    1,
    'Cannot execute desktop flow. There is a locked or inactive Windows user session on the target device',
    'Sign the user out of the machine, or set the connection to wait.',
  ),
  'cannot-create-session': entry(
    409,
    1,
    'cannot create new session',
    'Check for open sessions and the limit of sessions on the machine.',
  ),
  'attended-not-signed-in': entry(
    409,
    1,
    'The user of the connection is not signed in on the machine.',
    'Sign in there, or run unattended.',
  ),
  'attended-not-active': entry(
    409,
    1,
    'The session of the connection’s user is not active.',
    'Go to the session on the machine, or run unattended.',
  ),
  'attended-locked': entry(409, 1, 'The session of the connection’s user is locked.', 'Unlock it, or run unattended.'),
  'attended-wayland': entry(
    409,
    1,
    'The session is a Wayland session, which cannot be driven.',
    'Sign in with an X11 session.',
  ),
  'attended-not-accepted': entry(
    409,
    1,
    'The person at the session did not accept the run.',
    'Ask them, or store the password in the connection.',
  ),
  'virtual-other-account': entry(
    409,
    1,
    'This machine runs flows as its own account only.',
    'Use a connection with that account, or enrol the machine as root.',
  ),
  'account-unknown': entry(
    409,
    1,
    'The machine knows no account of this name.',
    'Check the user name of the connection.',
  ),
  'account-refused': entry(
    409,
    1,
    'The machine does not let Deskhand use this account.',
    'System accounts are refused unless the machine’s configuration names them.',
  ),
  'password-wrong': entry(
    409,
    1,
    'The machine refused the password of the connection.',
    'Rotate the password of the connection.',
  ),
  'password-expired': entry(
    409,
    1,
    'The password of the account has expired.',
    'Change it on the machine, then rotate the connection.',
  ),
  'account-expired': entry(409, 1, 'The account has expired on the machine.', 'Ask the admin of the machine.'),
  'account-locked': entry(
    409,
    1,
    'The account is locked on the machine.',
    'Ask the admin of the machine to unlock it.',
  ),
  'session-ended': entry(
    409,
    1,
    'The session ended while the flow was running.',
    'See whether somebody signed out or the machine was restarted.',
  ),
  RunnerLost: entry(409, 1, 'The runner ended without a result.', 'See the last action of the log.'),
  'runner-failed-to-start': entry(
    409,
    1,
    'The runner could not be started: {detail}',
    'Run deskhand doctor on the machine.',
  ),
  'run-timed-out': entry(
    409,
    1,
    'The run took longer than its limit and was ended.',
    'Raise the execution timeout, up to 24 h.',
  ),
  'cancelled-by-person': entry(
    409,
    1,
    'The person at the screen stopped the run.',
    'Resubmit it when the machine is free.',
  ),
  OutcomeUncertain: entry(
    409,
    9,
    'Contact was lost and the outcome of the run is not known.',
    'Look at the machine before you resubmit.',
  ),
  'flow-failed': entry(409, 1, 'The flow ended with an error.', 'See the first failed action in the log.'),
  'sealed-value-unreadable': entry(
    409,
    1,
    'The gateway could not open a sealed value.',
    'Seal it again: rotate the connection, or resubmit with the input.',
  ),
  // Link
  'link-identity-unknown': entry(401, 4, 'The server does not know this gateway.', 'Enrol the machine anew.'),
  'link-proof-wrong': entry(401, 4, 'The proof of the gateway’s key is wrong.', 'Enrol the machine anew.'),
  'link-quarantined': entry(
    403,
    4,
    'This gateway presented an old link number or an old journal: it is a copy or was rolled back.',
    'An admin must enrol the machine anew.',
  ),
  'link-protocol-version': entry(
    400,
    2,
    'Gateway and server speak different versions of the link.',
    'Upgrade the older one.',
  ),
  // Programs
  'port-taken': entry(500, 2, 'Port {port} is taken by another program.', 'Give another: --port {suggestion}'),
  'data-folder-not-writable': entry(
    500,
    2,
    'The data folder {folder} cannot be written.',
    'Give another with --data, or mend its permissions. As root the server runs as the account deskhand, which must reach it.',
  ),
  'postgres-version': entry(500, 2, 'PostgreSQL {found} is too old.', 'Use PostgreSQL 15 or newer.'),
  'postgres-unreachable': entry(503, 7, 'The database cannot be reached: {detail}', 'Start it, or check DATABASE_URL.'),
  'server-unreachable': entry(503, 7, 'The server at {url} does not answer.', 'Start it with: deskhand up'),
  'journal-not-writable': entry(
    500,
    2,
    'The gateway’s journal cannot be written: {detail}',
    'Free disk space; until then it takes no runs.',
  ),
  'timeout-passed': entry(
    408,
    8,
    'The time to wait passed; the run goes on.',
    'Watch it: deskhand runs logs {run} --follow',
  ),
  'certificate-mismatch': entry(
    401,
    4,
    'The server’s certificate has another fingerprint than the one that was given.',
    'Compare it with the fingerprint that the server prints.',
  ),
  'certificate-unknown': entry(
    401,
    4,
    'Nobody whom this machine trusts vouches for the certificate of {url}.',
    'Give the fingerprint that the server prints: --server-fingerprint HEX',
  ),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;

/** Exit codes of every command (DESIGN §12). */
export const exitCodes = {
  0: 'done',
  1: 'finished badly',
  2: 'could not be done',
  3: 'usage',
  4: 'not signed in or not allowed',
  5: 'not found',
  6: 'conflicting state',
  7: 'server unreachable',
  8: 'own timeout passed, the run goes on',
  9: 'outcome uncertain',
  130: 'interrupted',
} as const;

/** problem+json as every error of the API answers. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly remedy: string;
}

/** Fills the places of an entry's sentences; a place without a value stays visible, so that a test finds it. */
export function problem(code: ErrorCode, values: Readonly<Record<string, string | number>> = {}): Problem {
  const { status, message, remedy } = errorTable[code];
  const fill = (sentence: string): string =>
    sentence.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
  return {
    type: `/docs/errors#${code.toLowerCase()}`,
    title: fill(message),
    status,
    code,
    detail: fill(message),
    remedy: fill(remedy),
  };
}
