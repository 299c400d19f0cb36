import type { AccountId } from '../brand.ts';
import { isLocalTo, parseAccountName } from './account-name.ts';

export { isPersonalMailDomain, judgeAllowedDomain } from './mail-domain.ts';

/** The three legs of the same-account rule (S09): who submits, whose gateway it is, which account signs in. */
export interface AccountQuestion {
  readonly accountRule: 'same' | 'serviceAccounts';
  readonly submitter: {
    readonly id: AccountId;
    readonly name: string;
    /** Operating-system accounts that an admin approved as this person's own. */
    readonly ownAccounts: readonly string[];
  };
  readonly gateway: {
    readonly name: string;
    readonly ownerId: AccountId;
    readonly ownerName: string;
    readonly sharedWith: readonly AccountId[];
    /** Machines of the cluster: `machine\user` is the local account of one of them. */
    readonly machineNames?: readonly string[];
  };
  /** As written in the connection. */
  readonly connectionAccount: string;
  /** Operating-system accounts that an admin approved for this cluster; they count only with `serviceAccounts`. */
  readonly serviceAccounts: readonly string[];
}

export type AccountMismatchLeg = 'gateway' | 'connection';

export interface AccountMismatch {
  readonly code: 'AccountMismatch';
  readonly legs: readonly AccountMismatchLeg[];
  readonly message: string;
}

export type AccountAnswer =
  /** `exception` names an admin-approved service account; the caller writes it to the audit log. */
  { readonly ok: true; readonly exception: string | null } | { readonly ok: false; readonly because: AccountMismatch };

/**
 * One and the same person sets up the gateway (or has it shared), submits, and owns the account that signs in. A service
 * account lifts only the last leg: nobody reaches a machine through a gateway that was not shared with them.
 */
export function judgeAccounts(question: AccountQuestion): AccountAnswer {
  const { submitter, gateway, connectionAccount } = question;
  const ownsGateway = gateway.ownerId === submitter.id || gateway.sharedWith.includes(submitter.id);
  const machines = gateway.machineNames ?? [];
  const ownsAccount = isListed(connectionAccount, submitter.ownAccounts, machines);
  const isException =
    question.accountRule === 'serviceAccounts' && isListed(connectionAccount, question.serviceAccounts, machines);
  const legs: AccountMismatchLeg[] = [];
  if (!ownsGateway) legs.push('gateway');
  if (!ownsAccount && !isException) legs.push('connection');
  if (legs.length > 0) return { ok: false, because: mismatch(question, legs) };
  return { ok: true, exception: ownsAccount ? null : connectionAccount };
}

function mismatch(question: AccountQuestion, legs: readonly AccountMismatchLeg[]): AccountMismatch {
  const { submitter, gateway, connectionAccount } = question;
  const faults = legs.map((leg) =>
    leg === 'gateway'
      ? `the gateway is neither owned by nor shared with ${submitter.name}`
      : `${connectionAccount} is not among the accounts approved for ${submitter.name}`,
  );
  return {
    code: 'AccountMismatch',
    legs,
    message: `The accounts do not belong together: ${submitter.name} submits, the gateway ${gateway.name} belongs to ${gateway.ownerName}, the connection signs in as ${connectionAccount}; ${faults.join(', and ')}.`,
  };
}

/**
 * Unlike the rule on sessions this one must not confuse two accounts, so the domain counts: an approved `alice` or
 * `.\alice` is the local account, `corp\alice` is the directory's.
 */
function isListed(account: string, approved: readonly string[], machineNames: readonly string[]): boolean {
  const wanted = identity(account, machineNames);
  return wanted !== undefined && approved.some((one) => identity(one, machineNames) === wanted);
}

function identity(text: string, machineNames: readonly string[]): string | undefined {
  const parsed = parseAccountName(text);
  if (!parsed.ok) return undefined;
  const { form, user } = parsed.name;
  const isLocal = form !== 'address' && machineNames.some((machine) => isLocalTo(parsed.name, machine));
  const domain = isLocal ? null : parsed.name.domain;
  const separator = form === 'address' ? '@' : '\\';
  return `${domain ?? ''}${separator}${user}`.toLowerCase();
}
