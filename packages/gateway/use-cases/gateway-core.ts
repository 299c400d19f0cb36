import { assertNever } from '@deskhand/domain/brand.ts';
import type { Heartbeat, LinkHandlers, WorkOrder } from '../ports/link.ts';
import { createAccountTurns } from './account-turns.ts';
import { openAttemptBook } from './attempt-book.ts';
import { judgeOffer, OFFERS_WAITING_MAX } from './judge-offer.ts';
import { createMachineLock, type MachineLock } from './machine-lock.ts';
import { answerDoctor, createDoctor } from './doctor.ts';
import { createPreflightDesk, type PreflightDesk } from './preflight.ts';
import { createQuestionDesk, type QuestionDesk } from './questions.ts';
import { createMachineWatch } from './machine-watch.ts';
import { journalPages, obeyDecisions, positionToTell, reportAttempts } from './reconcile.ts';
import { resumeAfterRestart } from './resume-after-restart.ts';
import { startAcquired } from './run-attempt.ts';
import { createLeftoverSweep } from './sweep-leftovers.ts';
import { createScreenDesk, type ScreenDesk } from './watch-screen.ts';
import { tellFacts } from './tell-facts.ts';
import { wantEnd } from './attempt-in-hand.ts';
import { keyOf, nameOf, type AttemptKey } from './attempt-record.ts';
import type { Core, GatewayPorts } from './core.ts';

const PROGRESS_REPORTED_MAX = 1_000;

export interface GatewayCore {
  /** Takes up what the gateway before left, and looks at the machine; to be awaited before the link starts. */
  readonly resume: () => Promise<void>;
  readonly handlers: LinkHandlers;
  readonly heartbeat: () => Heartbeat;
  /** Stops looking at the machine and sweeping it. Runs go on, and are adopted by the next gateway. */
  readonly stop: () => void;
  readonly inHand: Core['inHand'];
  readonly acquiring: Core['acquiring'];
}

/** Everything the gateway does, over its ports. */
export function createGatewayCore(ports: GatewayPorts): GatewayCore {
  const core: Core = {
    ...ports,
    book: openAttemptBook(ports.journal),
    machine: createMachineWatch(ports),
    doctor: createDoctor(),
    accountTurns: createAccountTurns(),
    inHand: new Map(),
    acquiring: new Map(),
    wasReconciled: false,
    factsTold: null,
  };
  const desks = {
    core,
    lock: createMachineLock(),
    preflights: createPreflightDesk(),
    questions: createQuestionDesk(core),
    screens: createScreenDesk(),
  };
  const desk = { ...desks, offersWaiting: 0 };
  const leftovers = createLeftoverSweep(core);
  return {
    resume: async () => {
      await resumeAfterRestart(core);
      await core.machine.start(() => tellFacts(core));
      leftovers.start();
    },
    handlers: {
      report: (server) => reportAttempts(core, server),
      journal: () => journalPages(core),
      reconciled: (decisions) => obeyDecisions(core, decisions),
      message: (order) => obeyOrder(desk, order),
      room: () => pumpAll(core),
      down: () => core.acquiring.clear(),
    },
    heartbeat: () => heartbeat(core),
    stop: () => {
      leftovers.stop();
      core.machine.stop();
    },
    inHand: core.inHand,
    acquiring: core.acquiring,
  };
}

interface Desk {
  readonly core: Core;
  readonly lock: MachineLock;
  readonly preflights: PreflightDesk;
  readonly questions: QuestionDesk;
  readonly screens: ScreenDesk;
  offersWaiting: number;
}

function obeyOrder(desk: Desk, order: WorkOrder): void {
  const { core } = desk;
  switch (order.type) {
    case 'offer':
      takeOffer(desk, order);
      return;
    case 'withdraw':
      core.acquiring.delete(keyOf(order));
      return;
    case 'acquired':
      startAcquired(core, order.order);
      return;
    case 'cancel':
      forAttempt(core, order, (attempt) => wantEnd(core, attempt, order.because));
      return;
    case 'stale':
      core.acquiring.delete(keyOf(order));
      forAttempt(core, order, (attempt) => {
        wantEnd(core, attempt, 'cancelled');
        attempt.courier.drop('stale');
      });
      return;
    case 'logAck':
      forAttempt(core, order, (attempt) => attempt.courier.logAcknowledged(order.seq));
      return;
    case 'resultAck':
      forAttempt(core, order, (attempt) => attempt.courier.resultAcknowledged());
      return;
    case 'runDoctor':
      answerDoctor(core, order.requestId);
      return;
    case 'preflight':
      desk.preflights.take(core, order);
      return;
    case 'askPerson':
      desk.questions.ask(order);
      return;
    case 'withdrawQuestion':
      desk.questions.withdraw(order.questionId);
      return;
    case 'signOutPerson':
      desk.questions.signOut(order);
      return;
    case 'watch':
      desk.screens.watch(core, order);
      return;
    case 'stopWatching':
      desk.screens.stop(core, order);
      return;
    case 'restart':
      core.log.warn({}, 'the server asked for a restart');
      core.restart();
      return;
    default:
      assertNever(order);
  }
}

type InHand = Core['inHand'] extends Map<AttemptKey, infer Attempt> ? Attempt : never;

function forAttempt(core: Core, of: { readonly runId: string; readonly attempt: number }, act: (one: InHand) => void) {
  const attempt = core.inHand.get(keyOf(of));
  if (attempt !== undefined) act(attempt);
}

function takeOffer(desk: Desk, offer: Extract<WorkOrder, { type: 'offer' }>): void {
  // The server offers again whatever gets no answer.
  if (desk.offersWaiting >= OFFERS_WAITING_MAX) return;
  desk.offersWaiting++;
  judgeOffer(desk.core, desk.lock, offer)
    .catch((error: unknown) => desk.core.log.error({ ...nameOf(offer), error: String(error) }, 'an offer met a fault'))
    .finally(() => desk.offersWaiting--);
}

function pumpAll(core: Core): void {
  for (const attempt of core.inHand.values()) attempt.courier.pump();
}

function heartbeat(core: Core): Heartbeat {
  core.journal.retry();
  const live = [...core.inHand.values()].filter((attempt) => attempt.channel !== undefined);
  const progress = live.slice(0, PROGRESS_REPORTED_MAX).map((attempt) => ({
    ...nameOf(attempt.facts),
    lastActionAgoMs: attempt.lastActionAtMs === undefined ? null : core.clock.nowMs() - attempt.lastActionAtMs,
  }));
  const journalFault = core.journal.fault()?.slice(0, 500) ?? null;
  const wallClockMs = Math.round(core.nowMs());
  return { progress, journalFault, journalPosition: positionToTell(core), wallClockMs };
}
