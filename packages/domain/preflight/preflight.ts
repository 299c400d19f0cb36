import type { GatewayId } from '../brand.ts';

/** What a member says about the account of a connection; the first that is true, in the order in which it looks. */
export const preflightAnswers = [
  'ok',
  'account-unknown',
  'not-permitted',
  'account-locked',
  'too-few-tries',
  'no-password',
  'cannot-open-sealed',
  'not-tried-again',
  'password-wrong',
  'password-expired',
  'account-expired',
  'not-supported',
  'no-answer',
] as const;
export type PreflightAnswer = (typeof preflightAnswers)[number];

export interface PreflightMember {
  readonly gatewayId: GatewayId;
  readonly name: string;
  readonly isOnline: boolean;
  /** Its link speaks a version that knows the question. */
  readonly knowsPreflight: boolean;
}

/** The newest question to one member, and what came of it. */
export interface PreflightResult {
  readonly gatewayId: GatewayId;
  readonly roundId: string;
  readonly passwordVersion: number;
  /** `asked`: it has its time still; `unanswered`: that time is over. */
  readonly answer: PreflightAnswer | 'asked' | 'unanswered';
  /** The account comes from a directory that other machines ask too. */
  readonly isDirectoryAccount: boolean;
}

/** All that is known of the check of one connection. */
export interface PreflightBoard {
  readonly hasPassword: boolean;
  readonly passwordVersion: number;
  readonly members: readonly PreflightMember[];
  /** One for each member at most; those of former members are passed over. */
  readonly results: readonly PreflightResult[];
}

/** Why a member is not asked now, although its turn would come. */
export type NotAsked = 'offline' | 'not-supported' | 'wrong-before' | 'wrong-elsewhere';
