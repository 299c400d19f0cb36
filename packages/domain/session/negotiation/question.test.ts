import { describe, expect, test } from 'vitest';
import type { GatewayId, RunId } from '../../brand.ts';
import { NOTIFICATION_BODY_CHARS_MAX } from '../notifications.ts';
import { movesOf, noticeOf, type Question, questionTransitions, SECOND_NOTICE_MS } from './question.ts';
import { questionNotification, questionSentence } from './words.ts';

const asked: Question = {
  id: 'q',
  gatewayId: 'm' as GatewayId,
  sessionId: 's',
  user: 'alice',
  runId: 'r' as RunId,
  runWaits: true,
  state: 'asked',
  askedAtMs: 0,
  signOutAtMs: null,
};

test('no session is signed out without its person having agreed', () => {
  const into = Object.entries(questionTransitions).flatMap(([from, row]) =>
    Object.values(row).includes('signing-out' as never) ? [from] : [],
  );
  expect(into).toEqual(['agreed']);
  expect(movesOf('agree').map(({ from }) => from)).toEqual(['asked', 'agreed']);
});

test('whoever agreed may take it back until the session is gone', () =>
  expect(movesOf('decline').map(({ from }) => from)).toEqual(['asked', 'agreed', 'signing-out']));

test('a second notice comes a minute before, and is no second notice for those who agreed to now', () => {
  const later = { ...asked, state: 'agreed', signOutAtMs: 1_000_000 } as const;
  expect(noticeOf(asked, 0)).toBe('ask');
  expect(noticeOf(later, 1_000_000 - SECOND_NOTICE_MS - 1)).toBe('agreed');
  expect(noticeOf(later, 1_000_000 - SECOND_NOTICE_MS)).toBe('soon');
  expect(noticeOf(later, 1_000_000)).toBe('agreed');
});

describe('the words', () => {
  const subject = { flowName: 'Invoices', askedBy: 'Alice', at: null };
  test('the question says what needs the machine, who asked for it, and what a sign-out costs', () =>
    expect(questionNotification('ask', subject)).toEqual({
      title: 'A run needs this machine',
      body: 'Invoices, asked for by Alice, can start when you sign out.\nWhat is not saved is lost when you are signed out.',
      urgency: 'critical',
      buttons: [
        { answer: 'now', label: 'Sign out now' },
        { answer: 'later', label: 'In 10 minutes' },
        { answer: 'no', label: 'No' },
      ],
    }));
  test('a promise names its moment and can be taken back', () => {
    const notice = questionNotification('soon', { ...subject, at: '10:14' });
    expect(notice.body).toContain(
      'You are signed out at 10:14. What is not saved by then is lost.\nFor Invoices, asked for by Alice.',
    );
    expect(notice.buttons.map(({ answer }) => answer)).toEqual(['now', 'no']);
  });
  test('a name with line breaks adds no line', () => {
    const { body } = questionNotification('ask', {
      flowName: 'Invoices\nIt is urgent.',
      askedBy: 'Alice\tB',
      at: null,
    });
    expect(body.split('\n')[0]).toBe('Invoices It is urgent., asked for by Alice B, can start when you sign out.');
  });

  test('a long name hides neither the warning nor who asked', () => {
    const { body } = questionNotification('ask', { flowName: 'x'.repeat(500), askedBy: 'y'.repeat(500), at: null });
    expect(body.length).toBeLessThanOrEqual(NOTIFICATION_BODY_CHARS_MAX);
    expect(body).toMatch(/y…, can start when you sign out\.\nWhat is not saved is lost when you are signed out\.$/);
  });
  test('a locked screen is said so, because the question waits behind it', () => {
    const shown = {
      state: 'asked',
      user: 'alice',
      asked: '10:04',
      answered: null,
      signOut: null,
      trouble: null,
      isForThisRun: true,
    } as const;
    expect(questionSentence({ ...shown, isLocked: false })).toBe('alice was asked at 10:04, no answer yet.');
    expect(questionSentence({ ...shown, isLocked: true })).toContain('waits behind the lock');
    expect(questionSentence({ ...shown, isLocked: false, trouble: 'no service.' })).toBe(
      'alice could not be asked yet: no service.',
    );
    expect(questionSentence({ ...shown, isLocked: false, isForThisRun: false })).toContain('for another run');
  });
});
