import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ACCOUNT_NAME_LENGTH_MAX, accountOnMachine, isLocalTo, parseAccountName } from './account-name.ts';

describe('the forms people write', () => {
  test.each([
    ['alice', 'user', 'alice', null],
    ['desk-7\\alice', 'domain', 'alice', 'desk-7'],
    ['.\\alice', 'machine-local', 'alice', null],
    ['local\\alice', 'machine-local', 'alice', null],
    ['LOCAL\\Alice', 'machine-local', 'Alice', null],
    ['CORP\\alice', 'domain', 'alice', 'CORP'],
    ['alice@corp.example', 'address', 'alice', 'corp.example'],
    ['  alice ', 'user', 'alice', null],
    ['first last', 'user', 'first last', null],
    ['rené.o’neill', 'user', 'rené.o’neill', null],
    ['svc_rpa-1$', 'user', 'svc_rpa-1$', null],
  ])('%j is a %s name: user %j, domain %j', (text, form, user, domain) => {
    expect(parseAccountName(text)).toEqual({ ok: true, name: { form, user, domain } });
  });
});

describe('names that are refused', () => {
  test.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['ali\u0000ce', 'control-characters'],
    ['ali\nce', 'control-characters'],
    ['alice\u202e', 'control-characters'],
    ['\ud800', 'control-characters'],
    ['a'.repeat(ACCOUNT_NAME_LENGTH_MAX + 1), 'too-long'],
    ['\\alice', 'not-an-account-name'],
    ['CORP\\', 'not-an-account-name'],
    ['CORP\\a\\b', 'not-an-account-name'],
    ['@corp', 'not-an-account-name'],
    ['alice@', 'not-an-account-name'],
    ['a@b@c', 'not-an-account-name'],
    ['../etc/passwd', 'not-an-account-name'],
    ['..', 'not-an-account-name'],
    ['-oProxyCommand', 'not-an-account-name'],
    ['alice:x', 'not-an-account-name'],
    ['.\\-rf', 'not-an-account-name'],
    ['CORP\\ alice', 'not-an-account-name'],
  ])('%j is refused: %s', (text, because) => {
    expect(parseAccountName(text)).toMatchObject({ ok: false, because });
  });
});

test('S40: all spellings of an account are one user on the machine', () => {
  const spellings = [
    'alice',
    'Alice',
    '.\\ALICE',
    'local\\alice',
    'desk-7\\alice',
    'CORP\\alice',
    'alice@corp.example',
  ];
  expect(new Set(spellings.map(accountOnMachine))).toEqual(new Set(['alice']));
});

test('a name without a domain, or with the machine’s own, is local to it', () => {
  const local = (text: string) => {
    const parsed = parseAccountName(text);
    return parsed.ok && isLocalTo(parsed.name, 'Desk-7');
  };
  expect(['alice', '.\\alice', 'DESK-7\\alice'].every(local)).toBe(true);
  expect(['CORP\\alice', 'alice@corp.example'].some(local)).toBe(false);
});

test('parsing any text at all gives an answer, and what it accepts has no separator left in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const parsed = parseAccountName(text);
      if (!parsed.ok) return;
      expect(parsed.name.user).not.toMatch(/[\\@/:]|^-|^$/);
      expect(accountOnMachine(text)).toBe(parsed.name.user.toLowerCase());
    }),
  );
});
