import { expect, test } from 'vitest';
import type { GatewayId } from '../brand.ts';
import { judgeMember } from './judge-preflight.ts';
import { type PreflightBoard, preflightAnswers, type PreflightMember, type PreflightResult } from './preflight.ts';

const north: PreflightMember = { gatewayId: 'n' as GatewayId, name: 'north', isOnline: true, knowsPreflight: true };
const judge = (
  result: Partial<PreflightResult> | undefined,
  change: Partial<PreflightMember> = {},
  others: readonly PreflightResult[] = [],
) => {
  const whole = { gatewayId: north.gatewayId, roundId: 'r', passwordVersion: 1, isDirectoryAccount: false };
  const member = { ...north, ...change };
  const results = result === undefined ? others : [{ ...whole, answer: 'ok' as const, ...result }, ...others];
  const board: PreflightBoard = { hasPassword: true, passwordVersion: 1, members: [member], results };
  return judgeMember(board, member, 'alice');
};

test.each([
  ['ok', 'yes', 'nobody'],
  ['account-unknown', 'no', 'admin-of-machine'],
  ['not-permitted', 'no', 'admin-of-machine'],
  ['account-locked', 'no', 'admin-of-machine'],
  ['too-few-tries', 'open', 'admin-of-machine'],
  ['no-password', 'open', 'owner-of-connection'],
  ['cannot-open-sealed', 'no', 'owner-of-connection'],
  ['not-tried-again', 'open', 'owner-of-connection'],
  ['password-wrong', 'no', 'owner-of-connection'],
  ['password-expired', 'no', 'owner-of-connection'],
  ['account-expired', 'no', 'admin-of-machine'],
  ['not-supported', 'open', 'nobody'],
  ['no-answer', 'open', 'admin-of-machine'],
  ['asked', 'open', 'nobody'],
  ['unanswered', 'open', 'admin-of-cluster'],
] as const)('%s means %s, and %s can mend it', (answer, verdict, mender) => {
  expect(judge({ answer })).toMatchObject({ verdict, mender });
});

test('every answer has a sentence, and each that can be mended says how', () => {
  for (const answer of preflightAnswers) {
    const { sentence, fix, mender } = judge({ answer });
    expect(sentence).toMatch(/\.$/);
    expect([answer, fix !== '']).toEqual([answer, mender !== 'nobody']);
  }
  expect(judge({ answer: 'account-unknown' }).sentence).toBe('north knows no account alice.');
});

test('what was found with an older password says nothing about the one of now', () => {
  const older = judge({ answer: 'password-wrong', passwordVersion: 0 });
  expect(older).toMatchObject({ verdict: 'open', mender: 'owner-of-connection' });
  expect(judge(undefined).sentence).toBe('It was not checked yet.');
});

test('a member that could not be asked says why, and one that answered keeps its answer while it is offline', () => {
  expect(judge(undefined, { isOnline: false }).sentence).toContain('offline');
  expect(judge(undefined, { knowsPreflight: false }).sentence).toContain('older release');
  expect(judge({ answer: 'ok' }, { isOnline: false }).verdict).toBe('yes');
  const elsewhere: PreflightResult = {
    gatewayId: 's' as GatewayId,
    roundId: 'r',
    passwordVersion: 1,
    answer: 'password-wrong',
    isDirectoryAccount: true,
  };
  expect(judge(undefined, {}, [elsewhere]).sentence).toContain('wrong on another gateway');
});
