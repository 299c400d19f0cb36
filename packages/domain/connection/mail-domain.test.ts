import { expect, test } from 'vitest';
import { isPersonalMailDomain, judgeAllowedDomain } from './mail-domain.ts';

test.each([
  'gmail.com',
  'GMail.com',
  'alice@outlook.com',
  'hotmail.co.uk',
  'yahoo.fr',
  'live.com.au',
  'gmx.net',
  'me.com.',
])('S08: %s is a personal mail domain', (text) => expect(isPersonalMailDomain(text)).toBe(true));

test.each(['firm.example', 'mail.firm.example', 'gmail.com.firm.example', 'notgmail.com', 'live.firm.example', ''])(
  'S08: %j is not',
  (text) => expect(isPersonalMailDomain(text)).toBe(false),
);

test('S08: a personal mail domain cannot be an allowed domain', () =>
  expect(judgeAllowedDomain('Gmail.com')).toMatchObject({ ok: false, because: 'personal-mail-domain' }));

test('an allowed domain is kept in lower case, and an address stands for its domain', () => {
  expect(judgeAllowedDomain('Firm.Example')).toEqual({ ok: true, domain: 'firm.example' });
  expect(judgeAllowedDomain('alice@firm.example')).toEqual({ ok: true, domain: 'firm.example' });
});

test.each(['', '@', 'two words', '-x.example', 'a..b', 'x'.repeat(300)])('%j is not a domain', (text) =>
  expect(judgeAllowedDomain(text)).toMatchObject({ ok: false, because: 'not-a-domain' }),
);
