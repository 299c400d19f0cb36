import type { GatewayId } from '../brand.ts';
import type { NotAsked, PreflightBoard, PreflightMember, PreflightResult } from './preflight.ts';

export type NextQuestion =
  | { readonly kind: 'ask'; readonly gatewayId: GatewayId }
  /** One is being asked: the others have their turn after it. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'over' };

/**
 * Members are asked one after another, never two at once: a wrong password of a directory account then costs the account one
 * wrong try, and not one for each member. Nobody knows before the first answer whether an account is such a one.
 */
export function nextQuestion(board: PreflightBoard, roundId: string): NextQuestion {
  const ofRound = new Map(
    board.results.filter((result) => result.roundId === roundId).map((result) => [result.gatewayId, result]),
  );
  if ([...ofRound.values()].some(({ answer }) => answer === 'asked')) return { kind: 'wait' };
  const next = board.members.find(
    (member) => !ofRound.has(member.gatewayId) && whyNotAsked(board, member) === undefined,
  );
  return next === undefined ? { kind: 'over' } : { kind: 'ask', gatewayId: next.gatewayId };
}

/**
 * A password that was wrong once is never tried again in the same version: not on that machine, and nowhere when the account
 * is one of a directory. Only a rotation, which makes a new version, ends that.
 */
export function whyNotAsked(board: PreflightBoard, member: PreflightMember): NotAsked | undefined {
  const wrong = board.hasPassword ? board.results.filter((result) => isWrongNow(board, result)) : [];
  if (wrong.some(({ gatewayId }) => gatewayId === member.gatewayId)) return 'wrong-before';
  if (wrong.some(({ isDirectoryAccount }) => isDirectoryAccount)) return 'wrong-elsewhere';
  if (!member.isOnline) return 'offline';
  return member.knowsPreflight ? undefined : 'not-supported';
}

const isWrongNow = ({ passwordVersion }: PreflightBoard, result: PreflightResult): boolean =>
  result.answer === 'password-wrong' && result.passwordVersion === passwordVersion;
