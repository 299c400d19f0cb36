import { expect, test } from 'vitest';
import * as texts from './texts.ts';

/** What people search for and other programs compare: a change here breaks a promise, not only a test. */
test.each([
  [
    'S19',
    'SESSION_EXISTS_SINGLE',
    'Cannot execute desktop flow. There is a locked or an inactive Windows user session on the target device',
  ],
  [
    'S20',
    'SESSION_EXISTS_MULTI',
    'Cannot execute desktop flow. There is a locked or inactive Windows user session on the target device',
  ],
  [
    'S20 on Linux',
    'SESSION_EXISTS_LINUX',
    'Cannot execute desktop flow. There is a locked or inactive user session on the target device',
  ],
  ['S27', 'QUEUED', 'Queued'],
  ['S28', 'NEXT_TO_RUN', 'Next to run'],
  ['S47', 'RUN_ON_ALL_GATEWAYS', 'Run on all gateways in cluster'],
  ['S54', 'UNATTENDED_ADD_ONS', 'Unattended Add-ons'],
  ['S56', 'RESUBMIT', 'Resubmit'],
  ['S57, S58', 'CANNOT_CREATE_SESSION', 'cannot create new session'],
] as const)('%s: the text %s is kept letter by letter', (_id, name, text) => {
  expect(texts[name]).toBe(text);
});

test('on Linux only the word Windows is left out', () => {
  expect(texts.SESSION_EXISTS_LINUX).toBe(texts.SESSION_EXISTS_MULTI.replace('Windows ', ''));
});
