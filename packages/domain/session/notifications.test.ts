import { expect, test } from 'vitest';
import { NOTIFICATION_BODY_CHARS_MAX, type NotificationState, notificationFor } from './notifications.ts';

const states: readonly NotificationState[] = ['downloading', 'running', 'cancelled', 'succeeded', 'failed'];
const attended = { flowName: 'Invoices', mode: 'attended' } as const;
const unattended = { flowName: 'Invoices', mode: 'unattended' } as const;

test.each([
  ['S63', 'downloading', 'Desktop flow is downloading'],
  ['S64', 'running', 'Desktop flow is running'],
  ['S65', 'cancelled', 'Desktop flow was cancelled'],
  ['S66', 'succeeded', 'Desktop flow succeeded'],
  ['S67', 'failed', 'Desktop flow failed'],
] as const)('%s: %s says so and names the flow', (_id, state, title) => {
  expect(notificationFor(state, unattended)).toMatchObject({ title, body: 'Invoices' });
});

test('S24: only the running popup of an attended run advises to leave the device alone', () => {
  const advised = states.filter((state) => notificationFor(state, attended).body.includes('leave the keyboard'));
  expect(advised).toEqual(['running']);
  expect(notificationFor('running', unattended).body).toBe('Invoices');
});

test('only the running popup of an attended run has a Stop button', () => {
  expect(states.filter((state) => notificationFor(state, attended).stopButton)).toEqual(['running']);
  expect(states.filter((state) => notificationFor(state, unattended).stopButton)).toEqual([]);
});

test('S67: the popup of a failed run says why, and stays until it is seen', () => {
  const error = { code: 'flow-failed', message: 'The file is missing.' };
  expect(notificationFor('failed', { ...unattended, error })).toMatchObject({
    body: 'Invoices\nThe file is missing.',
    urgency: 'critical',
  });
});

test('a long text is shortened and shows that it is, without cutting a character in two', () => {
  const { body } = notificationFor('succeeded', { ...unattended, flowName: '😀'.repeat(1_000) });
  expect([...body]).toHaveLength(NOTIFICATION_BODY_CHARS_MAX);
  expect(body.endsWith('😀…')).toBe(true);
});

test('a name is one line, so that it cannot add a sentence which looks like one of ours', () => {
  const flowName = 'Invoices\r\nYou are signed out now.\u2028\u202eno';
  expect(notificationFor('running', { ...unattended, flowName }).body).toBe('Invoices You are signed out now. no');
});
