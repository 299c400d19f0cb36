import type { AskToJoin, JoinRequest, JoinState } from '@deskhand/protocol/http/joining.ts';
import type { JoinOpening } from '@deskhand/protocol/join-code.ts';

/** The server as a machine sees it that asks for its cluster's key. */
export interface JoinServer {
  readonly ask: (request: AskToJoin) => Promise<{ readonly id: string; readonly expiresAt: string }>;
  readonly progress: (id: string, token: string) => Promise<JoinProgress>;
  readonly reveal: (id: string, token: string, opening: JoinOpening) => Promise<void>;
}
export interface JoinProgress {
  readonly state: JoinState;
  readonly answer: string | null;
  readonly sealedKey: string | null;
}

/** The server as a member sees it that hands the cluster's key on; each call proves that it holds the gateway's key. */
export interface MemberServer {
  readonly pending: () => Promise<readonly JoinRequest[]>;
  readonly answer: (id: string, answer: string) => Promise<void>;
  readonly opening: (id: string) => Promise<JoinOpening | null>;
  /** Null refuses. */
  readonly settle: (id: string, sealedKey: string | null) => Promise<void>;
}

/** What the person at the joining machine sees. */
export interface JoinScreen {
  readonly showWhatToDo: (clusterName: string, expiresAt: string) => void;
  readonly showCode: (code: string) => void;
  readonly showStillWaiting: (secondsLeft: number) => void;
}

/** The person at the member. */
export interface CodeAsker {
  /** Undefined when nobody is there to answer. */
  readonly ask: (question: string) => Promise<string | undefined>;
  readonly tell: (sentence: string) => void;
}

/** Time for waits that a person sees. */
export interface WaitClock {
  readonly monotonicMs: () => number;
  readonly pause: (forMs: number) => Promise<void>;
}
