import { expect, test } from 'vitest';
import { accountSpellings, parsePasswdLine, shortName, whyAccountRefused } from './accounts.ts';

test.each([
  ['alice', ['alice']],
  ['.\\alice', ['alice']],
  ['MACHINE\\alice', ['alice']],
  ['alice@machine', ['alice']],
  ['Alice', ['Alice', 'alice']],
  ['corp\\alice', ['corp\\alice', 'alice@corp']],
  ['alice@corp.example', ['alice@corp.example']],
])('%s is looked up as %j', (written, looked) => {
  expect(accountSpellings(written, 'machine')).toEqual(looked);
});

test.each(['', '1001', '-u', 'a:b', 'a b', 'a\nb', '../alice', '.\\', 'corp\\', '@corp'])(
  '%j is the name of no account',
  (written) => {
    expect(accountSpellings(written, 'machine')).toEqual([]);
  },
);

test('a line of the account database without a number for the account is no account', () => {
  expect(parsePasswdLine('alice:x:1001:1002:Alice,,,:/home/alice:/bin/zsh')).toEqual({
    user: 'alice',
    uid: 1001,
    gid: 1002,
    home: '/home/alice',
    shell: '/bin/zsh',
  });
  expect(parsePasswdLine('bob:x:1003:1003:::')).toEqual({
    user: 'bob',
    uid: 1003,
    gid: 1003,
    home: '/',
    shell: '/bin/sh',
  });
  expect([parsePasswdLine(''), parsePasswdLine('alice:x::1002:::'), parsePasswdLine(':x:1:1:::')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('facts carry the name in lower case and without its domain', () => {
  expect(['Alice', 'CORP\\alice', 'alice@corp.example'].map(shortName)).toEqual(['alice', 'alice', 'alice']);
});

test.each([
  [{ uid: 0 }, true],
  [{ uid: 999 }, true],
  [{ uid: 65_534 }, true],
  [{ shell: '/usr/sbin/nologin' }, true],
  [{}, false],
])('an account with %j is refused: %s', (changes, refused) => {
  const account = { user: 'alice', uid: 1000, gid: 1000, home: '/home/alice', shell: '/bin/bash', ...changes };
  expect(whyAccountRefused(account, []) !== undefined).toBe(refused);
  expect(whyAccountRefused(account, ['alice'])).toBeUndefined();
});
