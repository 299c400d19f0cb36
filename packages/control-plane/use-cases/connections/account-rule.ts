import type { AccountId } from '@deskhand/domain/brand.ts';
import { judgeAccounts } from '@deskhand/domain/connection/account-rule.ts';
import type { ClusterRecord } from '../../ports/clusters.ts';
import type { ConnectionRecord } from '../../ports/connections.ts';
import { type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';

/** The three legs of S09 at submit; `exception` names an approved service account, for the audit log. */
export function judgeSubmission(
  caller: Caller,
  connection: Pick<ConnectionRecord, 'accountName'>,
  cluster: Pick<ClusterRecord, 'name' | 'ownerId' | 'accountRule' | 'serviceAccounts' | 'sharedWith'> & {
    readonly ownerName: string;
  },
): Outcome<{ exception: string | null }> {
  const answer = judgeAccounts({
    accountRule: cluster.accountRule,
    submitter: { id: caller.id, name: caller.email, ownAccounts: caller.osAccounts },
    gateway: {
      name: cluster.name,
      ownerId: cluster.ownerId ?? ('' as AccountId),
      ownerName: cluster.ownerName,
      sharedWith: cluster.sharedWith as readonly AccountId[],
    },
    connectionAccount: connection.accountName,
    serviceAccounts: cluster.serviceAccounts,
  });
  return answer.ok
    ? done({ exception: answer.exception })
    : refuse('AccountMismatch', { detail: answer.because.message });
}
