import type { OperationId } from '@deskhand/protocol/http/routes.ts';
import type { AttemptLimit } from './attempt-limiter.ts';

const MINUTE_MS = 60_000;
const REFUSED_PER_ADDRESS_MAX = 10;
/** One account guessed at slowly from many addresses. */
const REFUSED_PER_EMAIL_MAX = 20;
const EMAIL_WINDOW_MS = 60 * MINUTE_MS;
const KNOWN_MAX = 10_000;

/** Operations at which a secret can be guessed. */
const guessable: ReadonlySet<OperationId> = new Set([
  'claimSetup',
  'signIn',
  'describeEnrolment',
  'enrolGateway',
  'askToJoin',
  'followJoinRequest',
  'revealJoinKey',
  'challengeMember',
  'listJoinRequests',
  'answerJoinRequest',
  'readJoinOpening',
  'settleJoinRequest',
  'changeMyPassword',
]);

export interface Try {
  readonly operation: OperationId;
  readonly address: string;
  readonly body: unknown;
  readonly accountId: string | undefined;
}

export interface GuessLimits {
  /** Undefined when nothing can be guessed by the operation. */
  of(one: Try): readonly AttemptLimit[] | undefined;
  noteSuccess(one: Try): void;
}

/**
 * A sign-in counts against its address and its e-mail. Where the e-mail has signed in before from the same address it
 * counts against the pair instead, so that a stranger's guesses never lock the owner out.
 */
export function createGuessLimits(): GuessLimits {
  const known = new Set<string>();
  const pairOf = ({ body, address }: Try): string => `${emailOf(body)} ${address}`;
  return {
    of: (one) => {
      if (!guessable.has(one.operation)) return undefined;
      const name = `${one.operation} ${one.accountId ?? one.address}`;
      const own = { name, refusedMax: REFUSED_PER_ADDRESS_MAX, windowMs: MINUTE_MS };
      if (one.operation !== 'signIn') return [own];
      const email = known.has(pairOf(one)) ? pairOf(one) : emailOf(one.body);
      return [own, { name: `e-mail ${email}`, refusedMax: REFUSED_PER_EMAIL_MAX, windowMs: EMAIL_WINDOW_MS }];
    },
    noteSuccess: (one) => {
      if (one.operation !== 'signIn') return;
      known.delete(pairOf(one));
      known.add(pairOf(one));
      if (known.size > KNOWN_MAX) known.delete(known.keys().next().value as string);
    },
  };
}

const emailOf = (body: unknown): string => {
  const email = (body as { email?: unknown } | undefined)?.email;
  return typeof email === 'string' ? email.toLowerCase() : '';
};
