import { expect, test } from 'vitest';
import { serviceText } from './pam-service.ts';
import { shadowState } from './sign-in-refusal.ts';

const TODAY = 20_000;

test.each([
  ['alice:$y$j9T$x:19990:0:99999:7:::', 'usable'],
  ['alice:!$y$j9T$x:19990:0:99999:7:::', 'locked'],
  ['alice:*:19990:0:99999:7:::', 'locked'],
  ['alice:$y$j9T$x:19990:0:99999:7::20000:', 'account-expired'],
  ['alice:$y$j9T$x:19990:0:99999:7::20001:', 'usable'],
  ['alice:$y$j9T$x:19900:0:90:7:::', 'password-expired'],
  ['alice:$y$j9T$x:19900:0:90:7:30::', 'usable'],
  ['', 'usable'],
])('the shadow entry %j reads as %s', (line, state) => {
  expect(shadowState(line, TODAY)).toBe(state);
});

test.each(['debian', 'red-hat', 'none'] as const)(
  'the PAM service for %s proves, admits and opens, and never lets anyone in without a check',
  (common) => {
    const text = serviceText(common);
    expect(text).toMatch(/auth/);
    expect(text).toMatch(/account/);
    expect(text).toMatch(/session/);
    expect(text).not.toMatch(/pam_permit|nullok/);
  },
);
