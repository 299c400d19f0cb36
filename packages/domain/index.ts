/**
 * The pure rules of Deskhand: the life of a run, the order of a run queue, who may start where and when, capacity, and
 * which accounts belong together. Every function answers from its arguments alone. Deliberately absent: clocks, random
 * numbers, ids, databases, networks and node modules; times and randomness come in as arguments, so every decision can
 * be made again from what was recorded.
 */
export * from './brand.ts';
export * from './capacity/holdings.ts';
export * from './capacity/session-limit.ts';
export * from './connection/account-name.ts';
export * from './connection/account-rule.ts';
export { mailDomainOf } from './connection/mail-domain.ts';
export * from './gateway/health.ts';
export * from './gateway/link-number.ts';
export * from './gateway/machine-policy.ts';
export * from './gateway/member-availability.ts';
export * from './live-view/frame-pace.ts';
export * from './live-view/may-watch.ts';
export * from './live-view/watching-words.ts';
export * from './placement/can-start-here.ts';
export * from './placement/decline-memory.ts';
export * from './placement/reasons.ts';
export * from './prediction/accuracy.ts';
export * from './prediction/deadline-risk.ts';
export * from './prediction/draw-seeded.ts';
export * from './prediction/durations.ts';
export * from './prediction/predict-starts.ts';
export * from './run/after-restart.ts';
export * from './run/clock-jump.ts';
export * from './run/deadlines.ts';
export * from './run/result-events.ts';
export * from './run/resubmit.ts';
export * from './run/run.ts';
export * from './run/run-can.ts';
export * from './run/start-once.ts';
export * from './run/timeline.ts';
export * from './run/transitions.ts';
export * from './run-queue/explain.ts';
export * from './run-queue/move-to-top.ts';
export * from './run-queue/plan-assignments.ts';
export * from './run-queue/queue-order.ts';
export * from './run-queue/snapshot.ts';
export * from './session/machine.ts';
export * from './session/notifications.ts';
export * from './session/negotiation/in-the-way.ts';
export * from './session/negotiation/negotiate.ts';
export * from './session/negotiation/question.ts';
export * from './session/negotiation/words.ts';
export * from './session/session-errors.ts';
export * from './session/session-rules.ts';
export * from './session/texts.ts';
