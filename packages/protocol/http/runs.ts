import { questionStates } from '@deskhand/domain/session/negotiation/question.ts';
import Type, { type Static } from 'typebox';
import { limits } from '../limits.ts';
import { FairnessSettings } from './fairness.ts';
import { count, id, idParams, name, oneOf, orNull, page, pageOf, route, time } from './route.ts';

export const runStates = [
  'queued',
  'offered',
  'starting',
  'running',
  'cancelling',
  'succeeded',
  'failed',
  'cancelled',
  'timedOut',
  'uncertain',
] as const;
export const runModes = ['attended', 'unattended'] as const;
export const priorities = ['high', 'normal'] as const;

/** Inputs by name. A sensitive one is `{ sealed }`, made by `seal` with the run's bound data, and is never sent back. */
export const RunInputs = Type.Record(Type.String({ maxLength: 200 }), Type.Unknown());

export const WaitReason = Type.Object({
  code: Type.String(),
  kind: Type.String(),
  message: Type.String(),
  remedy: Type.String(),
});
/** A person whose session keeps the run from this member, and what became of the question to them. */
export const SessionQuestion = Type.Object({
  user: Type.String(),
  state: oneOf(questionStates),
  askedAt: time,
  answeredAt: orNull(time),
  /** The moment that the person agreed to. */
  signOutAt: orNull(time),
  /** The question waits behind the lock of the screen. */
  isLocked: Type.Boolean(),
  /** Why it could not be shown, or the session not be signed out. */
  trouble: orNull(Type.String()),
  isForThisRun: Type.Boolean(),
});
export type SessionQuestion = Static<typeof SessionQuestion>;
export const MemberAnswer = Type.Object({
  gatewayId: id,
  name: Type.String(),
  because: WaitReason,
  questions: Type.Optional(Type.Array(SessionQuestion)),
  /** Why nobody there is asked to sign out, though the cluster has people asked and a session keeps the run away. */
  cannotAsk: Type.Optional(Type.String()),
});

export const RunFailure = Type.Object({
  code: Type.String({ maxLength: 200 }),
  message: Type.String({ maxLength: 20_000 }),
  details: Type.Optional(Type.String({ maxLength: 20_000 })),
  location: Type.Optional(Type.Object({ subflow: Type.String(), line: Type.Integer(), actionIndex: Type.Integer() })),
  actionName: Type.Optional(Type.String({ maxLength: 300 })),
});

export type RunFailure = Static<typeof RunFailure>;

export const Run = Type.Object({
  id,
  requestNumber: Type.Integer(),
  flow: Type.Object({ id, name, version: Type.Integer() }),
  connection: Type.Object({ id, name, accountName: Type.String() }),
  cluster: Type.Object({ id, name }),
  gateway: orNull(Type.Object({ id, name })),
  submittedBy: Type.Object({ id, name }),
  mode: oneOf(runModes),
  priority: oneOf(priorities),
  movedToTop: Type.Boolean(),
  state: oneOf(runStates),
  phase: orNull(oneOf(['signingIn', 'downloading'])),
  /** The words people read: `Queued`, `Next to run`, `Starting (signing in)`, … */
  display: Type.String(),
  attempt: Type.Integer(),
  /** Place in the run queue from 1, for queued runs. */
  position: orNull(Type.Integer()),
  /** The foremost reason why it waits, for queued runs. */
  because: orNull(WaitReason),
  inputs: RunInputs,
  outputs: Type.Record(Type.String(), Type.Unknown()),
  error: orNull(RunFailure),
  requestedAt: time,
  offeredAt: orNull(time),
  signingInAt: orNull(time),
  downloadingAt: orNull(time),
  startedAt: orNull(time),
  endedAt: orNull(time),
  signedOutAt: orNull(time),
  startDeadlineAt: time,
  executionTimeoutMs: Type.Integer(),
  /** Waiting and running are told apart everywhere. */
  waitedMs: Type.Integer(),
  ranMs: orNull(Type.Integer()),
  resubmitOf: orNull(id),
  unreachableSince: orNull(time),
  /** Progress, apart from the gateway's heartbeat (DESIGN §7.7). */
  lastActionAt: orNull(time),
  logLines: Type.Integer(),
  logLinesLost: Type.Integer(),
  screenshots: Type.Integer(),
});
export type Run = Static<typeof Run>;

/** One row of the action log. */
export const LogLine = Type.Object({
  seq: Type.Integer({ minimum: 1 }),
  at: time,
  level: oneOf(['info', 'warning', 'error']),
  subflow: Type.String({ maxLength: 200 }),
  line: Type.Integer(),
  actionIndex: Type.Integer(),
  /** Empty for messages that the flow wrote itself. */
  action: Type.String({ maxLength: 300 }),
  durationMs: orNull(Type.Number()),
  status: oneOf(['succeeded', 'failed', 'handled', 'message']),
  message: Type.String({ maxLength: limits.LOG_LINE_BYTES_MAX }),
});
export type LogLine = Static<typeof LogLine>;

/** What happened to a run in its queue and on machines: the attempts and reasons behind its state. */
export const RunEventEntry = Type.Object({
  at: time,
  attempt: Type.Integer(),
  event: Type.String(),
  detail: Type.String(),
  actor: Type.String(),
});

export const SubmitRunRequest = Type.Object({
  flowId: id,
  connectionId: id,
  mode: oneOf(runModes),
  priority: Type.Optional(oneOf(priorities)),
  inputs: Type.Optional(RunInputs),
  startDeadlineMs: Type.Optional(Type.Integer({ minimum: 1_000, maximum: 30 * 86_400_000 })),
  executionTimeoutMs: Type.Optional(Type.Integer({ minimum: 1_000, maximum: 86_400_000 })),
});
export type SubmitRunRequest = Static<typeof SubmitRunRequest>;

const ordered = Type.Object({ runs: Type.Array(id, { minItems: 1, maxItems: limits.RUNS_NAMED_MAX }) });

/** When a waiting run will probably start, predicted when asked from measured durations. */
export const PredictedStart = Type.Object({
  earliestAt: time,
  medianAt: time,
  latestAt: time,
  /** It rests on flows that were hardly measured, or on the pace of a long queue. */
  isGuess: Type.Boolean(),
  /** Even the earliest start is past its start deadline. */
  atRisk: Type.Boolean(),
  /** For a run at risk, sentences. */
  whatHelps: Type.Array(Type.String()),
});
export type PredictedStart = Static<typeof PredictedStart>;

/** What would become of a submission; one that would be refused is answered with the problem that it would get. */
export const DryRun = Type.Object({
  outcome: oneOf(['starts', 'waits', 'refused']),
  flow: Type.Object({ id, name, version: Type.Integer() }),
  cluster: Type.Object({ id, name }),
  accountName: Type.String(),
  /** Its place in the run queue from 1, where it would wait. */
  position: orNull(Type.Integer()),
  /** Why it would wait, or the session rule that it would end by. */
  because: orNull(WaitReason),
  /** When it would start, where it would wait and that can be predicted. */
  starts: orNull(PredictedStart),
  /** Every member's answer; null where it could start at once. */
  members: Type.Array(Type.Object({ gatewayId: id, name: Type.String(), because: orNull(WaitReason) })),
});
export type DryRun = Static<typeof DryRun>;

export const QueueEntry = Type.Object({
  run: Run,
  position: Type.Integer(),
  nextToRun: Type.Boolean(),
  /** A run of normal priority that ranks among the high ones, because it has waited so long. */
  aged: Type.Boolean(),
  because: orNull(WaitReason),
  /** Null where nothing can be predicted; the reason says what has to change first. */
  starts: orNull(PredictedStart),
  /** Every member's own answer. */
  members: Type.Array(MemberAnswer),
});
export const RunQueueView = Type.Object({
  cluster: Type.Object({ id, name }),
  running: Type.Array(Run),
  queued: Type.Array(QueueEntry),
  /** All waiting runs; `queued` holds the first 200. */
  total: Type.Integer(),
  slots: Type.Object({ inUse: Type.Integer(), all: Type.Integer() }),
  /** The pool of unattended add-ons, which all clusters share (S54); null while it is unlimited. */
  addOns: orNull(Type.Object({ inUse: Type.Integer(), all: Type.Integer() })),
  /** What beside the queue order decides who has the next turn. */
  fairness: FairnessSettings,
  version: Type.Integer(),
  /** Waiting runs that will probably miss their start deadline. */
  atRisk: Type.Integer(),
  /** How predictions at submit turned out, over the newest runs that waited for longer than five minutes. */
  accuracy: orNull(
    Type.Object({
      runs: Type.Integer(),
      medianError: Type.Number(),
      coverage: Type.Number(),
      medianWidth: Type.Number(),
    }),
  ),
  /** Whether the caller may move runs of others: admins, operators and the owner of the cluster. */
  maySteer: Type.Boolean(),
});
export type RunQueueView = Static<typeof RunQueueView>;

/** What a list of runs is narrowed by; names as in the addresses of the portal. */
export const runFilter = {
  state: Type.Optional(Type.String({ maxLength: 200, description: 'States, separated by commas' })),
  flow: Type.Optional(id),
  connection: Type.Optional(id),
  cluster: Type.Optional(id),
  gateway: Type.Optional(id),
  mode: Type.Optional(oneOf(runModes)),
  from: Type.Optional(time),
  to: Type.Optional(time),
  search: Type.Optional(Type.String({ maxLength: 120 })),
};
export const RunFilterQuery = Type.Object(runFilter);
export type RunFilterQuery = Static<typeof RunFilterQuery>;

export const runRoutes = {
  submitRun: route('POST', '/runs', {
    permission: 'run.submit',
    summary: 'Submit a run of a desktop flow',
    body: SubmitRunRequest,
    reply: Run,
    idempotent: true,
  }),
  dryRun: route('POST', '/runs/dry-run', {
    permission: 'run.submit',
    summary: 'What a submission would lead to; nothing is submitted',
    body: SubmitRunRequest,
    reply: DryRun,
    status: 200,
  }),
  listRuns: route('GET', '/runs', {
    permission: 'run.read',
    summary: 'Runs, newest request first',
    query: Type.Object({ ...runFilter, ...page }),
    reply: pageOf(Run),
  }),
  getRun: route('GET', '/runs/{id}', { permission: 'run.read', summary: 'One run', params: idParams, reply: Run }),
  cancelRun: route('POST', '/runs/{id}/cancel', {
    permission: 'run.submit',
    summary: 'Cancel a run',
    params: idParams,
    reply: Run,
    status: 202,
  }),
  resubmitRun: route('POST', '/runs/{id}/resubmit', {
    permission: 'run.submit',
    summary: 'Submit a finished run again (S56)',
    params: idParams,
    body: Type.Object({
      version: Type.Optional(oneOf(['current', 'original'])),
      inputs: Type.Optional(RunInputs),
      /** Needed for an uncertain run whose gateway has not reported yet. */
      acceptUncertain: Type.Optional(Type.Boolean()),
    }),
    reply: Run,
    idempotent: true,
  }),
  getRunLog: route('GET', '/runs/{id}/log', {
    permission: 'run.read',
    summary: 'A window of the action log; `tail=yes` answers the last lines',
    params: idParams,
    query: Type.Object({
      attempt: Type.Optional(count(1)),
      after: Type.Optional(count(0)),
      before: Type.Optional(count(1)),
      tail: Type.Optional(oneOf(['yes'])),
      level: Type.Optional(oneOf(['info', 'warning', 'error'])),
      search: Type.Optional(Type.String({ maxLength: 200 })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 2000 })),
    }),
    reply: Type.Object({
      lines: Type.Array(LogLine),
      total: Type.Integer(),
      lost: Type.Integer(),
      attempt: Type.Integer(),
      firstErrorSeq: orNull(Type.Integer()),
    }),
  }),
  getRunEvents: route('GET', '/runs/{id}/events', {
    permission: 'run.read',
    summary: 'What happened to the run, attempt by attempt',
    params: idParams,
    reply: Type.Object({ items: Type.Array(RunEventEntry) }),
  }),
  listScreenshots: route('GET', '/runs/{id}/screenshots', {
    permission: 'run.read',
    summary: 'Screenshots of the run',
    params: idParams,
    reply: Type.Object({
      items: Type.Array(
        Type.Object({
          number: Type.Integer(),
          at: time,
          attempt: Type.Integer(),
          caption: Type.String(),
          bytes: Type.Integer(),
        }),
      ),
    }),
  }),
  getScreenshot: route('GET', '/runs/{id}/screenshots/{number}', {
    permission: 'run.read',
    summary: 'One screenshot, PNG',
    params: Type.Object({ id, number: count(1) }),
    contentType: 'image/png',
    reply: Type.Unknown(),
  }),
  explainRun: route('GET', '/runs/{id}/explain', {
    permission: 'run.read',
    summary: 'Why the run waits, for every member',
    params: idParams,
    reply: Type.Object({
      state: Type.String(),
      position: orNull(Type.Integer()),
      nextToRun: Type.Boolean(),
      because: orNull(WaitReason),
      starts: orNull(PredictedStart),
      members: Type.Array(MemberAnswer),
    }),
  }),
  getRunQueue: route('GET', '/gateway-clusters/{id}/run-queue', {
    permission: 'queue.read',
    summary: 'The live run queue of a cluster',
    params: idParams,
    reply: RunQueueView,
  }),
  moveToTop: route('POST', '/gateway-clusters/{id}/run-queue/move-to-top', {
    permission: 'queue.order',
    summary: 'Move runs to the top, the first named ending first (S31)',
    params: idParams,
    body: ordered,
    reply: RunQueueView,
    status: 200,
  }),
  undoMove: route('POST', '/runs/{id}/undo-move', {
    permission: 'queue.order',
    summary: 'Give a moved run its old place back',
    params: idParams,
    reply: Run,
    status: 200,
  }),
  undoMoves: route('POST', '/gateway-clusters/{id}/run-queue/undo-move', {
    permission: 'queue.order',
    summary: 'Give moved runs their old places back, all at once',
    params: idParams,
    body: ordered,
    reply: RunQueueView,
    status: 200,
  }),
  setPriority: route('PUT', '/runs/{id}/priority', {
    permission: 'queue.order',
    summary: 'Change the priority of a queued run (S30)',
    params: idParams,
    body: Type.Object({ priority: oneOf(priorities) }),
    reply: Run,
  }),
};
