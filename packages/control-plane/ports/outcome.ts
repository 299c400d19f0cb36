import type { Role } from '@deskhand/domain/account/permissions.ts';
import type { AccountId } from '@deskhand/domain/brand.ts';
import type { ErrorCode } from '@deskhand/protocol/errors.ts';

/** What a use case answers: the value, or an expected refusal as data. Broken assumptions throw. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | Refusal;
export interface Refusal {
  readonly ok: false;
  readonly code: ErrorCode;
  /** Fills the places of the code's sentences in the error table. */
  readonly values: Readonly<Record<string, string | number>>;
}

export const done = <T>(value: T): Outcome<T> => ({ ok: true, value });
export const refuse = (code: ErrorCode, values: Refusal['values'] = {}): Refusal => ({ ok: false, code, values });

/** The account that asks, and from where. */
export interface Caller {
  readonly id: AccountId;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
  readonly osAccounts: readonly string[];
  /** Network address or `cli`, for the audit log. */
  readonly origin: string;
}

/** One row of the append-only audit log, written in the transaction of the change it tells of. */
export interface AuditFact {
  readonly actor: string;
  readonly verb: string;
  readonly object: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly origin: string;
}

export const auditBy = (caller: Caller, verb: string, object: string, detail: AuditFact['detail'] = {}): AuditFact => ({
  actor: caller.email,
  verb,
  object,
  detail,
  origin: caller.origin,
});
