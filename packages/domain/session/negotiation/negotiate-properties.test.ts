import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { GatewayId } from '../../brand.ts';
import { limitOfMember, policyOf } from '../../capacity/session-limit.ts';
import { memberAvailability } from '../../gateway/member-availability.ts';
import { sessionAllows } from '../../placement/can-start-here.ts';
import { anySnapshot as anyQueue, NOW_MS } from '../../run-queue/any-world.contract.ts';
import type { QueueSnapshot } from '../../run-queue/snapshot.ts';
import { negotiate, planToAsk, type Step } from './negotiate.ts';
import {
  isOpen,
  movesOf,
  type Question,
  QUESTION_PAUSE_MS,
  type QuestionEvent,
  questionTransitions,
} from './question.ts';

/** A machine has no two sessions of one name. */
const anySnapshot = anyQueue.map(
  (queue): QueueSnapshot => ({
    ...queue,
    members: queue.members.map((member) => {
      const sessions = member.facts?.sessions.map((session, index) => ({ ...session, id: `session ${String(index)}` }));
      return member.facts === null ? member : { ...member, facts: { ...member.facts, sessions: sessions ?? [] } };
    }),
  }),
);

const stepsOf = (queue: QueueSnapshot, questions: readonly Question[], nowMs: number): readonly Step[] => {
  const canAsk = new Set(queue.members.map(({ gatewayId }) => gatewayId));
  return negotiate({ policy: 'ask-again', queue, ...planToAsk(queue, NOW_MS), questions, canAsk }, nowMs);
};
const asksOf = (steps: readonly Step[]) => steps.flatMap((step) => (step.do === 'ask' ? [step] : []));

test('whoever is asked stands in the way of the run, on a member that takes runs, and their going lets it start', () => {
  const check = (queue: QueueSnapshot): void => {
    const asks = asksOf(stepsOf(queue, [], NOW_MS));
    for (const { gatewayId, runId } of asks) {
      const member = queue.members.find((one) => one.gatewayId === gatewayId);
      const runClass = queue.classes.find(({ heads }) => heads.some(({ id }) => id === runId));
      if (member?.facts == null || runClass === undefined) throw new Error('asked where nobody is');
      const gone = new Set(asks.filter((one) => one.gatewayId === gatewayId).map(({ sessionId }) => sessionId));
      const { facts } = member;
      const machine = { policy: policyOf(member, facts), facts, limit: limitOfMember(member, facts) };
      const left = facts.sessions.filter((session) => session.ours || !gone.has(session.id));
      expect(memberAvailability(member).ok).toBe(true);
      expect(sessionAllows(machine, runClass).ok).toBe(false);
      expect(sessionAllows({ ...machine, facts: { ...facts, sessions: left } }, runClass).ok).toBe(true);
    }
  };
  fc.assert(fc.property(anySnapshot, check), { numRuns: 1_000 });
});

const anyEvent = fc.constantFrom<QuestionEvent | 'wait'>('agree', 'decline', 'wait', 'wait');

test('in any history a session is never asked about twice within the pause, and never signed out unless it was agreed', () => {
  const story = fc.array(fc.tuple(fc.nat(4 * 60_000), anyEvent, fc.nat(5)), { minLength: 10, maxLength: 60 });
  const check = (
    queue: QueueSnapshot,
    events: readonly (readonly [number, QuestionEvent | 'wait', number])[],
  ): void => {
    let questions: readonly Question[] = [];
    let nowMs = NOW_MS;
    for (const [passedMs, event, which] of events) {
      nowMs += passedMs;
      const open = questions.filter(isOpen)[which];
      if (open !== undefined && event !== 'wait') questions = moved(questions, open, event, nowMs);
      for (const step of stepsOf(queue, questions, nowMs)) {
        if (step.do !== 'ask') {
          if (step.do === 'order') expect(step.question.state).toBe('agreed');
          questions = moved(questions, step.question, step.do, nowMs);
          continue;
        }
        const { gatewayId, sessionId } = step;
        const before = questions.filter((one) => one.gatewayId === gatewayId && one.sessionId === sessionId);
        expect(before.every(({ askedAtMs }) => nowMs - askedAtMs >= QUESTION_PAUSE_MS)).toBe(true);
        expect(before.some(isOpen)).toBe(false);
        questions = [...questions, asked(step, questions.length, nowMs)];
      }
    }
  };
  fc.assert(fc.property(anySnapshot, story, check), { numRuns: 300 });
});

function asked(step: Extract<Step, { do: 'ask' }>, number: number, askedAtMs: number): Question {
  const { gatewayId, sessionId, user, runId } = step;
  const of = { gatewayId: gatewayId as GatewayId, sessionId, user, runId };
  return { id: String(number), ...of, runWaits: true, state: 'asked', askedAtMs, signOutAtMs: null };
}

function moved(
  questions: readonly Question[],
  question: Question,
  event: QuestionEvent,
  nowMs: number,
): readonly Question[] {
  const to = movesOf(event).find(({ from }) => from === question.state)?.to;
  if (to === undefined) return questions;
  expect(Object.values(questionTransitions[question.state])).toContain(to);
  const signOutAtMs = event === 'agree' ? nowMs : question.signOutAtMs;
  return questions.map((one) => (one.id === question.id ? { ...one, state: to, signOutAtMs } : one));
}
