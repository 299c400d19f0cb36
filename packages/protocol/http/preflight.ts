import { preflightAnswers } from '@deskhand/domain/preflight/preflight.ts';
import Type, { type Static } from 'typebox';
import { id, idParams, name, oneOf, orNull, route, time } from './route.ts';

export const MemberPreflight = Type.Object({
  gatewayId: id,
  gatewayName: name,
  /** `yes`: a run would be signed in here; `no`: it would not; `open`: not known of the password as it is now. */
  verdict: oneOf(['yes', 'no', 'open']),
  sentence: Type.String(),
  /** Empty where there is nothing to do. */
  fix: Type.String(),
  /** Who can mend it. */
  mender: oneOf(['owner-of-connection', 'admin-of-machine', 'admin-of-cluster', 'nobody']),
  /** The newest answer of the gateway; null while there is none. */
  answer: orNull(oneOf([...preflightAnswers, 'asked', 'unanswered'])),
  passwordVersion: orNull(Type.Integer()),
  answeredAt: orNull(time),
});
export type MemberPreflight = Static<typeof MemberPreflight>;

export const Preflight = Type.Object({
  connectionId: id,
  state: oneOf(['never', 'under-way', 'over']),
  begunAt: orNull(time),
  /** The e-mail of an account, or what acted by itself. */
  begunBy: orNull(Type.String()),
  passwordVersion: Type.Integer(),
  members: Type.Array(MemberPreflight),
});
export type Preflight = Static<typeof Preflight>;

export const preflightRoutes = {
  beginPreflight: route('POST', '/connections/{id}/preflight', {
    permission: 'run.submit',
    summary:
      'Check on every gateway of the cluster, one after another, that the account may sign in and the password is right; no session is opened',
    params: idParams,
    reply: Preflight,
    status: 202,
  }),
  getPreflight: route('GET', '/connections/{id}/preflight', {
    permission: 'signed-in',
    summary: 'What the last check of a connection found on each gateway',
    params: idParams,
    reply: Preflight,
  }),
};
