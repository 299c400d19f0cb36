import Type, { type Static } from 'typebox';
import { Session } from '../http/gateways.ts';
import { DoctorReport } from '../doctor.ts';
import { id, oneOf, orNull } from '../http/route.ts';
import { LogLine, RunFailure, runModes, WaitReason } from '../http/runs.ts';
import { limits } from '../limits.ts';
import { PreflightQuestion, PreflightReply } from '../preflight.ts';
import { linkVersions } from './versions.ts';

/**
 * The link: one outbound WebSocket from a gateway to `/link`, JSON text frames. Every link goes
 * `challenge → hello → welcome → linkConfirmed → reconcile → reconciled`, and only then carries work. Every message about
 * a run carries its attempt; a lower one than the server's is answered with `stale`, and the gateway ends that work.
 */
export const LINK_PROTOCOL_VERSION = linkVersions.max;
export const LINK_PATH = '/link';
export const HEARTBEAT_INTERVAL_MS = 5_000;
/** Without a word for so long the server shows the gateway as unreachable; nothing is ended. */
export const LINK_SILENCE_MAX_MS = 15_000;
/** How often both ends say something, and how long they wait for a word. */
export interface LinkPace {
  readonly heartbeatIntervalMs: number;
  readonly silenceMaxMs: number;
}
export const linkPace: LinkPace = { heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS, silenceMaxMs: LINK_SILENCE_MAX_MS };

/** The last moment that a date can name. */
const WALL_CLOCK_MS_MAX = 8_640_000_000_000_000;

const attempt = Type.Integer({ minimum: 1 });
const ms = Type.Integer({ minimum: 0 });
const runRef = { runId: id, attempt };
/** How many entries the gateway has ever had on disk in its journal; a gateway of an older release does not tell it. */
const journalPosition = Type.Optional(Type.Integer({ minimum: 0 }));
const kind = <K extends string>(value: K) => ({ type: Type.Literal(value) });

export const MachineReport = Type.Object({
  version: Type.Integer({ minimum: 0 }),
  operatingSystem: Type.String({ maxLength: 200 }),
  reportedPolicy: oneOf(['single-session', 'multi-session', 'linux', 'virtual']),
  sessions: Type.Array(Session, { maxItems: 500 }),
  sessionLimit: Type.Integer({ minimum: 0 }),
  remoteDesktopServices: Type.Boolean(),
  canUnattended: Type.Boolean(),
  canAttended: Type.Boolean(),
  missing: Type.Array(Type.String({ maxLength: 1000 }), { maxItems: 50 }),
  ownUser: orNull(Type.String({ maxLength: 256 })),
});

/** How a run stands on the gateway. `accepted`: acquired, journal written, nothing started. */
export const gatewayPhases = ['accepted', 'signingIn', 'downloading', 'running', 'ending', 'ended'] as const;
export type GatewayPhase = (typeof gatewayPhases)[number];

export const RunResult = Type.Object({
  state: oneOf(['succeeded', 'failed', 'cancelled', 'timedOut']),
  outputs: Type.Record(Type.String(), Type.Unknown()),
  error: orNull(RunFailure),
  /** Last sequence number of the log, so that a gap is told and not hidden. */
  lastLogSeq: Type.Integer({ minimum: 0 }),
  logLinesLost: Type.Integer({ minimum: 0 }),
  /** Durations since acquire by the gateway's own clock; the server turns them into its times. */
  phasesMs: Type.Record(Type.String(), ms),
  /** How the machine was found to be, of a run that failed at the machine's fault; a gateway of 0.1.0 sends none. */
  doctor: Type.Optional(DoctorReport),
});
export type RunResult = Static<typeof RunResult>;

export const AttemptReport = Type.Object({
  ...runRef,
  phase: oneOf(gatewayPhases),
  result: orNull(RunResult),
  lastLogSeqAcked: Type.Integer({ minimum: 0 }),
});
export type AttemptReport = Static<typeof AttemptReport>;

/**
 * One attempt of a gateway's whole journal, settled ones included, with enough to name its run to people. No script, no
 * inputs and no outputs: those are gone once the server has acknowledged them.
 */
export const JournalEntryReport = Type.Object({
  ...runRef,
  flowName: Type.String({ maxLength: 200 }),
  mode: oneOf(runModes),
  accountName: Type.String({ maxLength: 256 }),
  requestedBy: Type.String({ maxLength: 254 }),
  /** By the gateway's wall clock, for people only. */
  startedAtMs: ms,
  phase: oneOf(gatewayPhases),
  result: orNull(RunResult),
  /** The gateway works on it no more; what is not settled comes with `reconcile`. */
  isSettled: Type.Boolean(),
});
export type JournalEntryReport = Static<typeof JournalEntryReport>;
export const JOURNAL_ENTRIES_PER_PAGE_MAX = 500;

/** Everything that a gateway needs to start one attempt. Secrets are sealed to the cluster's key. */
export const StartOrder = Type.Object({
  ...runRef,
  /** Sealed inputs are bound to it; needed where there are any. */
  flowId: Type.Optional(id),
  flowName: Type.String({ maxLength: 200 }),
  flowVersion: Type.Integer(),
  script: Type.String({ maxLength: limits.SCRIPT_BYTES_MAX }),
  mode: oneOf(runModes),
  accountName: Type.String({ maxLength: 256 }),
  /** With the bound data of `connectionSealContext`; null where the connection has no password. */
  sealedPassword: orNull(Type.String({ maxLength: limits.SEALED_BYTES_MAX })),
  /** Which bound data the password has: `connectionSealContext`, or `tryConnectionSealContext` of the example's account. */
  sealContext: oneOf(['connection', 'try']),
  connectionId: id,
  clusterId: id,
  passwordVersion: Type.Integer(),
  /** Plain values and `{ sealed }` ones. */
  inputs: Type.Record(Type.String(), Type.Unknown()),
  executionTimeoutMs: ms,
  notifications: Type.Boolean(),
  requestedBy: Type.String({ maxLength: 254 }),
  /** Rehearsal or reported: the policy whose rules the gateway judges by again. */
  policy: oneOf(['single-session', 'multi-session', 'linux', 'virtual']),
  capacity: Type.Integer({ minimum: 1 }),
});
export type StartOrder = Static<typeof StartOrder>;

/** `now`, `later` and `no` are the buttons; `no` also takes back what was agreed to. */
export const questionReports = ['shown', 'not-shown', 'now', 'later', 'no', 'signed-out', 'not-signed-out'] as const;
export type QuestionReport = (typeof questionReports)[number];

/** Which session a question is about; its user is named too, because a display is used again by the next session. */
const personSession = {
  questionId: id,
  sessionId: Type.String({ maxLength: 256 }),
  user: Type.String({ maxLength: 256 }),
};

/* Gateway → server */
export const Hello = Type.Object({
  ...kind('hello'),
  /** The highest that both speak; where there is none, the gateway's own. */
  protocolVersion: Type.Integer(),
  gatewayId: id,
  /** Last confirmed number, or the pending one when the last connect broke off before it was confirmed. */
  linkNumber: Type.Integer({ minimum: 0 }),
  journalId: id,
  version: Type.String({ maxLength: 60 }),
  sessionHost: oneOf(['linux', 'virtual', 'windows']),
  machineName: Type.String({ maxLength: 120 }),
  epochSeen: orNull(Type.String({ maxLength: 64 })),
  commitSeen: Type.Integer({ minimum: 0 }),
  /** After `deskhand gateway recovery-key --new`: replaces what the server keeps for the next member. */
  encryptedClusterKey: Type.Optional(Type.String({ maxLength: 2000 })),
  /** Ed25519 signature over `linkProofText(...)`, base64url. */
  proof: Type.String({ maxLength: 200 }),
});
export const GatewayMessage = Type.Union([
  Hello,
  Type.Object({ ...kind('linkConfirmed'), linkNumber: Type.Integer() }),
  /** Between `linkConfirmed` and `reconcile`, when the server asked for it: the whole journal, oldest first, page by page. */
  Type.Object({
    ...kind('journal'),
    entries: Type.Array(JournalEntryReport, { maxItems: JOURNAL_ENTRIES_PER_PAGE_MAX }),
  }),
  Type.Object({
    ...kind('reconcile'),
    journalId: id,
    attempts: Type.Array(AttemptReport, { maxItems: 10_000 }),
    /** Asked for and not begun, as far as the journal knows. A gateway of the release before does not say. */
    asked: Type.Optional(Type.Array(Type.Object(runRef), { maxItems: 10_000 })),
    facts: MachineReport,
    journalPosition,
  }),
  Type.Object({
    ...kind('heartbeat'),
    progress: Type.Array(Type.Object({ ...runRef, lastActionAgoMs: orNull(ms) }), { maxItems: 1000 }),
    journalFault: orNull(Type.String({ maxLength: 500 })),
    journalPosition,
    /** The machine's time at this moment, so that a clock that is off is seen. */
    wallClockMs: Type.Optional(Type.Integer({ minimum: 0, maximum: WALL_CLOCK_MS_MAX })),
  }),
  Type.Object({ ...kind('facts'), facts: MachineReport }),
  /** The gateway judged the rules again under its own lock and takes the run. */
  Type.Object({ ...kind('acquire'), ...runRef, journalId: id, journalPosition, factsVersion: Type.Integer() }),
  Type.Object({ ...kind('decline'), ...runRef, because: WaitReason, factsVersion: Type.Integer() }),
  /** Never started, given back: the run goes to the queue again. */
  Type.Object({ ...kind('release'), ...runRef, because: Type.String({ maxLength: 1000 }) }),
  Type.Object({
    ...kind('phase'),
    ...runRef,
    phase: oneOf(['signingIn', 'downloading', 'running']),
    sinceAcquireMs: ms,
  }),
  Type.Object({
    ...kind('log'),
    ...runRef,
    lines: Type.Array(LogLine, { maxItems: limits.LOG_LINES_PER_MESSAGE_MAX }),
  }),
  Type.Object({
    ...kind('screenshot'),
    ...runRef,
    number: Type.Integer({ minimum: 1 }),
    caption: Type.String({ maxLength: 300 }),
    png: Type.String({ maxLength: Math.ceil((limits.SCREENSHOT_BYTES_MAX * 4) / 3) + 4 }),
  }),
  /** After sign-out (S13); sent again on every link until `resultAck`. */
  Type.Object({ ...kind('result'), ...runRef, result: RunResult }),
  /** The answer to `runDoctor`. */
  Type.Object({ ...kind('doctorReport'), requestId: id, report: DoctorReport }),
  /** The answer to `preflight`. */
  Type.Object({ ...kind('preflightResult'), requestId: id, ...PreflightReply.properties }),
  /** What became of a question to the person of a session: shown or not, answered, and whether the sign-out was done. */
  Type.Object({
    ...kind('questionReport'),
    questionId: id,
    report: oneOf(questionReports),
    detail: Type.String({ maxLength: 300 }),
  }),
]);
export type GatewayMessage = Static<typeof GatewayMessage>;

/* Server → gateway */
export const reconcileDecisions = ['go-on', 'cancel', 'end', 'forget', 'send-result'] as const;
export const ServerMessage = Type.Union([
  Type.Object({
    ...kind('challenge'),
    nonce: Type.String({ maxLength: 100 }),
    protocolVersion: Type.Integer(),
    /** The oldest that the server speaks; a server that does not say so speaks only the one. */
    protocolVersionMin: Type.Optional(Type.Integer()),
  }),
  Type.Object({
    ...kind('welcome'),
    linkNumber: Type.Integer(),
    epoch: Type.String(),
    commit: Type.Integer(),
    heartbeatIntervalMs: Type.Integer(),
    /** The database was set back in time: the gateway sends its whole journal before it reconciles (DESIGN §7.6). */
    wantsJournal: Type.Optional(Type.Boolean()),
  }),
  /** The page is written down; the next one may come. */
  Type.Object({ ...kind('journalAck') }),
  Type.Object({ ...kind('refused'), code: Type.String(), message: Type.String() }),
  Type.Object({
    ...kind('reconciled'),
    /** For every attempt that the gateway reported. */
    decisions: Type.Array(Type.Object({ ...runRef, decision: oneOf(reconcileDecisions) })),
  }),
  /** A hint that a run could start here; the gateway answers `acquire` or `decline`. */
  Type.Object({
    ...kind('offer'),
    ...runRef,
    accountName: Type.String(),
    mode: oneOf(runModes),
    policy: oneOf(['single-session', 'multi-session', 'linux', 'virtual']),
    capacity: Type.Integer(),
  }),
  Type.Object({ ...kind('withdraw'), ...runRef }),
  /** The acquire was committed; start it. */
  Type.Object({ ...kind('acquired'), order: StartOrder }),
  Type.Object({ ...kind('cancel'), ...runRef, because: oneOf(['cancelled', 'timedOut']) }),
  /** The server holds a higher attempt or none: end that work and forget it. */
  Type.Object({ ...kind('stale'), ...runRef }),
  Type.Object({ ...kind('logAck'), ...runRef, seq: Type.Integer() }),
  Type.Object({ ...kind('resultAck'), ...runRef }),
  /** A person wants to know how the machine is. */
  Type.Object({ ...kind('runDoctor'), requestId: id }),
  /** Would this account be signed in? Asked of one member of a cluster after another. */
  Type.Object({ ...kind('preflight'), requestId: id, ...PreflightQuestion.properties }),
  /**
   * A person's session keeps a run from starting. Said again and again while the question is open, so that a gateway that was
   * started anew shows it again, and one that hears it no more takes it away.
   */
  Type.Object({
    ...kind('askPerson'),
    ...personSession,
    flowName: Type.String(),
    askedBy: Type.String(),
    notice: oneOf(['ask', 'agreed', 'soon']),
    /** Until the moment that the person agreed to; null before, and where it waits for other people. */
    signOutInMs: orNull(ms),
  }),
  Type.Object({ ...kind('withdrawQuestion'), questionId: id }),
  /** The person agreed, and the moment has come. */
  Type.Object({ ...kind('signOutPerson'), ...personSession, flowName: Type.String(), askedBy: Type.String() }),
  /**
   * People want to see the screen of a run. The gateway brings frames to `server` on a connection of their own, which the
   * ticket opens; said again when other people watch. In an attended session the person there is told who does.
   */
  Type.Object({
    ...kind('watch'),
    ...runRef,
    watchId: id,
    ticket: Type.String({ maxLength: 100 }),
    server: id,
    watchers: Type.Array(Type.String({ maxLength: 120 }), { minItems: 1, maxItems: limits.WATCHERS_PER_RUN_MAX }),
  }),
  /** Nobody watches any more. */
  Type.Object({ ...kind('stopWatching'), ...runRef, watchId: id }),
  /** A person wants the gateway to start anew; its runs go on, and are adopted. */
  Type.Object({ ...kind('restart') }),
]);
export type ServerMessage = Static<typeof ServerMessage>;

/** What a gateway signs at each connect: bound to the nonce, so that a recorded proof is worth nothing. */
export function linkProofText(
  hello: {
    readonly protocolVersion: number;
    readonly gatewayId: string;
    readonly linkNumber: number;
    readonly journalId: string;
  },
  nonce: string,
): string {
  return `deskhand-link\n${hello.protocolVersion}\n${hello.gatewayId}\n${hello.linkNumber}\n${hello.journalId}\n${nonce}`;
}

/** What a machine signs at enrolment. */
export function enrolProofText(request: {
  readonly token: string;
  readonly name: string;
  readonly publicKey: string;
}): string {
  return `deskhand-enrol\n${request.token}\n${request.name}\n${request.publicKey}`;
}
