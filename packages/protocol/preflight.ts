import { preflightAnswers } from '@deskhand/domain/preflight/preflight.ts';
import Type, { type Static } from 'typebox';
import { id, oneOf, orNull } from './http/route.ts';
import { limits } from './limits.ts';

/** A gateway works on one question at a time, so one may wait for another that a slow directory holds up. */
export const PREFLIGHT_ANSWER_WAIT_MS = 90_000;

/** The password is sealed as for a run, and bound to the same things. */
export const PreflightQuestion = Type.Object({
  connectionId: id,
  clusterId: id,
  accountName: Type.String({ maxLength: 256 }),
  sealedPassword: orNull(Type.String({ maxLength: limits.SEALED_BYTES_MAX })),
  sealContext: oneOf(['connection', 'try']),
  passwordVersion: Type.Integer(),
});
export type PreflightQuestion = Static<typeof PreflightQuestion>;

export const PreflightReply = Type.Object({
  answer: oneOf(preflightAnswers),
  /** Not of the machine itself: what counts wrong passwords may count them for every machine. */
  isDirectoryAccount: Type.Boolean(),
});
export type PreflightReply = Static<typeof PreflightReply>;
