import { expect, test } from 'vitest';
import { findCanaries } from './canaries.ts';

const secret = 'a canary that sings';
const canaries = [{ what: 'a password', secret }];
const place = (text: string) => [{ name: 'the dump', text, mustHold: 'alice' }];

test('a secret is found as it is, and as hex or base64', () => {
  expect(findCanaries(canaries, place('alice and nothing else'))).toEqual([]);
  for (const form of [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')])
    expect(findCanaries(canaries, place(`alice|${form}|`))).toEqual(['the dump holds a password']);
});

test('a place that was not the right one proves nothing', () => {
  expect(findCanaries(canaries, place('empty'))).toEqual(['the dump does not hold alice, so nothing was searched']);
});
