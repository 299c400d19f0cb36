import type { GatewayId, RunId } from '@deskhand/domain/brand.ts';
import {
  accountForCanary,
  afterCanary,
  CANARY_ACCOUNT_WINDOW_MS,
  CANARY_EXECUTION_TIMEOUT_MS,
  CANARY_START_DEADLINE_MS,
  canaryOutcome,
  type CanaryOutcome,
  freshCanaryState,
} from '@deskhand/domain/gateway/canary.ts';
import { judgeSickness, OUTCOME_WINDOW_MS } from '@deskhand/domain/gateway/sickness.ts';
import {
  canaryText,
  CANARIES_PASSED,
  NO_ACCOUNT_TO_TRY,
  whyKept,
  whySetAside,
} from '@deskhand/domain/gateway/sickness-texts.ts';
import type { ChangeFeed } from '../../ports/changes.ts';
import type { AuditFact } from '../../ports/outcome.ts';
import type { MemberSetAside, SicknessNote, SickMemberStore } from '../../ports/sick-members.ts';

/** What one sweep looks at; the rest has its turn in the next ones. */
const CLUSTERS_PER_SWEEP_MAX = 200;
const MEMBERS_PER_SWEEP_MAX = 500;
const ACCOUNTS_LOOKED_AT_MAX = 50;
/** The same state is told once a day, until something else happens. */
const SAY_AGAIN_AFTER_MS = 24 * 3_600_000;

export const CANARY_FLOW_NAME = 'Canary sign-in';
/** Nothing but the sign-in, the session and the start of the runner is tried. */
export const CANARY_SCRIPT =
  '# A canary sign-in: it shows whether this machine signs in, opens a session and starts a runner.\n';

export interface SicknessSweepPorts {
  readonly sickMembers: SickMemberStore;
  readonly changes: Pick<ChangeFeed, 'publish'>;
  readonly wakeups: { readonly wake: (clusterId: string) => void };
  readonly newRunId: () => string;
}

/** Sets aside who fails alone, and tries and puts back who was set aside. */
export async function sweepSickness(ports: SicknessSweepPorts): Promise<void> {
  const { sickMembers } = ports;
  for (const clusterId of await sickMembers.clustersToJudge(OUTCOME_WINDOW_MS, CLUSTERS_PER_SWEEP_MAX))
    await judgeCluster(ports, clusterId);
  for (const member of await sickMembers.membersSetAside(MEMBERS_PER_SWEEP_MAX)) await goOn(ports, member);
}

const note = (event: SicknessNote['event'], detail: string): SicknessNote => ({ event, detail, actor: 'Deskhand' });

/** Each of them by the same board: the first one changes the version, so the others have their turn in the next sweep. */
async function judgeCluster(ports: SicknessSweepPorts, clusterId: string): Promise<void> {
  const { sickMembers } = ports;
  const board = await sickMembers.board(clusterId, OUTCOME_WINDOW_MS);
  if (board === undefined) return;
  const { setAside, keptAlthoughSick } = judgeSickness(board.members);
  for (const { gatewayId, figures } of keptAlthoughSick) {
    const kept = note('kept-although-sick', whyKept(figures));
    if (await sickMembers.note(gatewayId, kept, SAY_AGAIN_AFTER_MS)) tell(ports, gatewayId, clusterId);
  }
  const [first] = setAside;
  if (first === undefined) return;
  const by = { version: board.version };
  const why = note('set-aside', whySetAside(first.figures));
  if ((await sickMembers.setAside(first.gatewayId, freshCanaryState, why, by)) === 'set-aside')
    tell(ports, first.gatewayId, clusterId);
}

async function goOn(ports: SicknessSweepPorts, member: MemberSetAside): Promise<void> {
  if (member.canary !== null) await settle(ports, member, member.canary);
  else if (member.isDue) await begin(ports, member);
}

async function settle(
  ports: SicknessSweepPorts,
  { gatewayId, clusterId, state }: MemberSetAside,
  { runId, run }: NonNullable<MemberSetAside['canary']>,
): Promise<void> {
  const outcome: CanaryOutcome | undefined = run === null ? 'open' : canaryOutcome(run, gatewayId);
  if (outcome === undefined) return;
  const after = afterCanary(state, outcome);
  const ended = note(`canary-${outcome}`, canaryText(outcome, after, run?.errorCode));
  const settled =
    after.do === 'put-back'
      ? await ports.sickMembers.settleCanary({ gatewayId, runId }, 'put-back', [
          ended,
          note('put-back', CANARIES_PASSED),
        ])
      : await ports.sickMembers.settleCanary({ gatewayId, runId }, after, [ended]);
  if (settled) tell(ports, gatewayId, clusterId);
}

async function begin(ports: SicknessSweepPorts, { gatewayId, clusterId, state }: MemberSetAside): Promise<void> {
  const { sickMembers } = ports;
  const accounts = await sickMembers.canaryAccounts(gatewayId, CANARY_ACCOUNT_WINDOW_MS, ACCOUNTS_LOOKED_AT_MAX);
  const chosen = accountForCanary(accounts);
  if (chosen === undefined) {
    await sickMembers.note(gatewayId, note('canary-impossible', NO_ACCOUNT_TO_TRY), SAY_AGAIN_AFTER_MS);
    await sickMembers.settleCanary({ gatewayId, runId: null }, { state, nextInMs: state.pauseMs }, []);
    return tell(ports, gatewayId, clusterId);
  }
  const { connectionId } = chosen;
  const runId = ports.newRunId() as RunId;
  const canary = {
    ...{ gatewayId, connectionId, runId, flowName: CANARY_FLOW_NAME, script: CANARY_SCRIPT },
    startDeadlineMs: CANARY_START_DEADLINE_MS,
    executionTimeoutMs: CANARY_EXECUTION_TIMEOUT_MS,
  };
  const began = note('canary-began', 'A canary sign-in was submitted.');
  if (!(await sickMembers.beginCanary(canary, began, auditOf(gatewayId, { connectionId, runId })))) return;
  ports.changes.publish({ kind: 'run', runId });
  tell(ports, gatewayId, clusterId);
}

/** Somebody's account is used without their asking, so it is written down like what people do. */
const auditOf = (gatewayId: GatewayId, detail: AuditFact['detail']): AuditFact => ({
  actor: 'Deskhand',
  verb: 'canary',
  object: `gateway ${gatewayId}`,
  detail,
  origin: 'clock',
});

function tell({ changes, wakeups }: SicknessSweepPorts, gatewayId: GatewayId, clusterId: string): void {
  changes.publish({ kind: 'gateway', gatewayId });
  changes.publish({ kind: 'run-queue', clusterId });
  wakeups.wake(clusterId);
}
