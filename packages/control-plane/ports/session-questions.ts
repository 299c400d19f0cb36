import type { ClusterId, GatewayId, RunId } from '@deskhand/domain/brand.ts';
import type { NegotiationPolicy, Question, QuestionEvent } from '@deskhand/domain/session/negotiation/question.ts';
import type { AuditFact } from './outcome.ts';

/** Questions that one reading holds, the newest ones. */
export const QUESTIONS_READ_MAX = 500;

export interface QuestionRecord extends Question {
  readonly gatewayName: string;
  readonly flowName: string;
  /** The name of whoever submitted the run. */
  readonly askedBy: string;
  readonly answeredAtMs: number | null;
  readonly trouble: string | null;
}

/** What a cluster's people were asked: what is open, what is about runs that wait, and what is younger than the pause. */
export interface NegotiationReading {
  readonly policy: NegotiationPolicy;
  readonly nowMs: number;
  readonly questions: readonly QuestionRecord[];
  /** By the version of the link that each member agreed on last. */
  readonly linkVersions: ReadonlyMap<GatewayId, number>;
}

export interface NewQuestion {
  readonly id: string;
  readonly clusterId: ClusterId;
  readonly gatewayId: GatewayId;
  readonly sessionId: string;
  readonly user: string;
  readonly runId: RunId;
}

export interface QuestionMove {
  readonly id: string;
  readonly event: QuestionEvent;
  /** For `agree`: how long until the sign-out. It only ever comes nearer. */
  readonly signOutAfterMs?: number;
  readonly trouble?: string;
  /** For the history of a run that still waits. */
  readonly told: { readonly event: string; readonly detail: string; readonly actor: string };
}

/** Questions to people whose sessions keep runs from starting (N10). */
export interface SessionQuestionStore {
  /** Clusters with a question that is open, or whose people may be asked while a run waits. */
  clusters(max: number): Promise<readonly ClusterId[]>;
  read(clusterId: string): Promise<NegotiationReading | undefined>;
  /** False where a question about the session is open, or the run waits no more. */
  ask(question: NewQuestion, told: QuestionMove['told']): Promise<boolean>;
  /** By the table of the domain; false where it allows no such event. A sign-out that was done is written with its audit. */
  move(move: QuestionMove, audit: AuditFact): Promise<boolean>;
  /** Whose question it is; only the gateway that was asked is answered. */
  find(gatewayId: string, id: string): Promise<(QuestionRecord & { readonly clusterId: ClusterId }) | undefined>;
  /** That the question is on the screen, or why not; false where that was known. */
  noteShown(id: string, trouble: string | null): Promise<boolean>;
}
