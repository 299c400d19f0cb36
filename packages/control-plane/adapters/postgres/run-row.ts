import type { AccountId, ClusterId, ConnectionId, DesktopFlowId, GatewayId, RunId } from '@deskhand/domain/brand.ts';
import type { Priority, RunError, RunMode, RunState, StartPhase } from '@deskhand/domain/run/run.ts';
import type { RunRecord } from '../../ports/runs.ts';

/** A run of a list shows inputs and outputs up to this size; its own page shows all. */
const LISTED_VALUES_BYTES_MAX = 16_384;

export interface RunRow {
  readonly id: string;
  readonly request_number: number;
  readonly flow_id: string;
  readonly flow_version: number;
  readonly connection_id: string;
  readonly cluster_id: string;
  readonly submitted_by: string;
  readonly mode: RunMode;
  readonly priority: Priority;
  readonly top_rank: number | null;
  readonly state: RunState;
  readonly phase: StartPhase | null;
  readonly attempt: number;
  readonly gateway_id: string | null;
  readonly machine_user: string;
  readonly when_session_blocked: 'fail' | 'wait';
  readonly shown_inputs: Readonly<Record<string, unknown>>;
  readonly shown_outputs: Readonly<Record<string, unknown>>;
  readonly error: RunError | null;
  readonly holds_machine: boolean;
  readonly requested_at: Date;
  readonly start_deadline_at: Date;
  readonly execution_timeout_ms: number;
  readonly offered_at: Date | null;
  readonly acquired_at: Date | null;
  readonly signing_in_at: Date | null;
  readonly downloading_at: Date | null;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
  readonly signed_out_at: Date | null;
  readonly resubmit_of: string | null;
  readonly canary_of: string | null;
  readonly last_action_at: Date | null;
  readonly log_lines: number;
  readonly log_lines_lost: number;
  readonly flow_name: string;
  readonly flow_owner_id: string;
  readonly flow_co_owners: readonly string[];
  readonly connection_name: string;
  readonly account_name: string;
  readonly cluster_name: string;
  readonly gateway_name: string | null;
  readonly unreachable_since: Date | null;
  readonly submitter_name: string;
  readonly screenshots: number;
}

const runColumns = `r.id, r.request_number, r.flow_id, r.flow_version, r.connection_id, r.cluster_id, r.submitted_by, r.mode,
  r.priority, r.top_rank, r.state, r.phase, r.attempt, r.gateway_id, r.machine_user, r.when_session_blocked, r.error,
  r.holds_machine, r.requested_at, r.start_deadline_at, r.execution_timeout_ms, r.offered_at, r.acquired_at,
  r.signing_in_at, r.downloading_at, r.started_at, r.ended_at, r.signed_out_at, r.resubmit_of, r.canary_of, r.last_action_at,
  r.log_seq - r.log_lines_lost as log_lines, r.log_lines_lost + r.log_lines_unnumbered as log_lines_lost, f.name as flow_name, f.owner_id as flow_owner_id, f.co_owners as flow_co_owners,
  c.name as connection_name, c.account_name, k.name as cluster_name, g.name as gateway_name, g.unreachable_since,
  a.name as submitter_name,
  (select count(*)::int from run_screenshot s where s.run_id = r.id) as screenshots`;

const listed = (column: string): string =>
  `case when pg_column_size(r.${column}) > ${String(LISTED_VALUES_BYTES_MAX)} then '{}'::jsonb else r.${column} end`;

/** Selects whole runs `from` something that is called `r` and has the columns of `run`. */
export function selectRuns(from: string, shown: 'whole' | 'listed' = 'whole'): string {
  const inputs = shown === 'whole' ? 'r.inputs' : listed('inputs');
  const outputs = shown === 'whole' ? 'r.outputs' : listed('outputs');
  return `select ${runColumns}, ${inputs} as shown_inputs, ${outputs} as shown_outputs
    from ${from} r join desktop_flow f on f.id = r.flow_id join connection c on c.id = r.connection_id
    join gateway_cluster k on k.id = r.cluster_id join account a on a.id = r.submitted_by
    left join gateway g on g.id = r.gateway_id`;
}

export function runFromRow(row: RunRow): RunRecord {
  const gateway =
    row.gateway_id === null
      ? null
      : { id: row.gateway_id as GatewayId, name: row.gateway_name ?? '', unreachableSince: row.unreachable_since };
  return {
    id: row.id as RunId,
    requestNumber: row.request_number,
    flow: { id: row.flow_id as DesktopFlowId, name: row.flow_name, version: row.flow_version },
    flowOwners: [row.flow_owner_id, ...row.flow_co_owners],
    connection: { id: row.connection_id as ConnectionId, name: row.connection_name, accountName: row.account_name },
    cluster: { id: row.cluster_id as ClusterId, name: row.cluster_name },
    gateway,
    submittedBy: { id: row.submitted_by as AccountId, name: row.submitter_name },
    mode: row.mode,
    priority: row.priority,
    topRank: row.top_rank,
    state: row.state,
    phase: row.phase,
    attempt: row.attempt,
    machineUser: row.machine_user,
    whenSessionBlocked: row.when_session_blocked,
    inputs: row.shown_inputs,
    outputs: row.shown_outputs,
    error: row.error,
    holdsMachine: row.holds_machine,
    requestedAt: row.requested_at,
    startDeadlineAt: row.start_deadline_at,
    executionTimeoutMs: row.execution_timeout_ms,
    offeredAt: row.offered_at,
    acquiredAt: row.acquired_at,
    signingInAt: row.signing_in_at,
    downloadingAt: row.downloading_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    signedOutAt: row.signed_out_at,
    resubmitOf: row.resubmit_of as RunId | null,
    canaryOf: row.canary_of as GatewayId | null,
    lastActionAt: row.last_action_at,
    logLines: row.log_lines,
    logLinesLost: row.log_lines_lost,
    screenshots: row.screenshots,
  };
}
