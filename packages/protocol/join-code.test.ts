import { expect, test } from 'vitest';
import { isJoinCode, joinCode, joinCommitment, joinRandom, joinSealContext, memberProofText } from './join-code.ts';

const subject = {
  clusterId: 'c1',
  clusterPublicKey: 'cluster-key',
  name: 'machine-2',
  gatewayPublicKey: 'gateway-key',
};
const opening = { publicKey: 'ephemeral-key', secret: 'secret' };

test('the code is eight characters in two groups, none of which looks like another', async () => {
  const codes = await Promise.all(Array.from({ length: 500 }, () => joinCode(subject, opening, joinRandom())));
  for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
  expect(new Set(codes).size).toBe(500);
  // Five bits in every place: each of them takes every one of its 32 values.
  for (const place of [0, 1, 2, 3, 5, 6, 7, 8]) expect(new Set(codes.map((code) => code[place])).size).toBe(32);
});

test('the same joining gives the same code and the same commitment', async () => {
  expect(await joinCode(subject, opening, 'answer')).toBe(await joinCode({ ...subject }, { ...opening }, 'answer'));
  expect(await joinCommitment(subject, opening)).toBe(await joinCommitment({ ...subject }, { ...opening }));
});

test.each([
  ['another cluster', { ...subject, clusterId: 'c2' }, opening],
  ['another cluster key', { ...subject, clusterPublicKey: 'of the server' }, opening],
  ['another name', { ...subject, name: 'machine-3' }, opening],
  ['another gateway', { ...subject, gatewayPublicKey: 'of the server' }, opening],
  ['another key to seal to', subject, { ...opening, publicKey: 'of the server' }],
  ['another secret', subject, { ...opening, secret: 'other' }],
])('%s gives another code, another commitment and another binding', async (_what, other, otherOpening) => {
  expect(await joinCode(other, otherOpening, 'answer')).not.toBe(await joinCode(subject, opening, 'answer'));
  expect(await joinCommitment(other, otherOpening)).not.toBe(await joinCommitment(subject, opening));
  expect(joinSealContext(other, otherOpening, 'a')).not.toBe(joinSealContext(subject, opening, 'a'));
});

test('the member’s answer is part of the code, so no code can be made before it', async () => {
  expect(await joinCode(subject, opening, 'one')).not.toBe(await joinCode(subject, opening, 'other'));
});

test('a border between two fields cannot be moved', async () => {
  const moved = { ...subject, clusterId: 'c1\ncluster', clusterPublicKey: '-key' };
  expect(await joinCommitment(moved, opening)).not.toBe(await joinCommitment(subject, opening));
  const said = {
    operation: 'answerJoinRequest',
    gatewayId: 'g',
    nonce: 'n',
    joinRequestId: 'j',
    content: 'c',
  } as const;
  expect(memberProofText({ ...said, nonce: 'n\nj', joinRequestId: '' })).not.toBe(memberProofText(said));
});

test.each(['k7qx-2m9r', 'K7QX 2M9R', ' k7qx2m9r '])('%s is typed right', (typed) => {
  expect(isJoinCode(typed, 'K7QX-2M9R')).toBe(true);
});

test('an O is a zero, an I and an L are a one', () => {
  expect(isJoinCode('oil0-2M9R', '0110-2M9R')).toBe(true);
});

test.each(['', 'K7QX', 'K7QX-2M9S', 'K7QX-2M9RR'])('%j is typed wrong', (typed) => {
  expect(isJoinCode(typed, 'K7QX-2M9R')).toBe(false);
});
