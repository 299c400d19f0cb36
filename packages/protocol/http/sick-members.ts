import { sicknessEvents } from '@deskhand/domain/gateway/sickness-texts.ts';
import Type, { type Static } from 'typebox';
import { Gateway } from './gateways.ts';
import { id, idParams, listOf, name, oneOf, orNull, route, time } from './route.ts';

/** One step of what became of a gateway that was set aside, or could have been. */
export const GatewayEvent = Type.Object({
  /** Rises; the next page goes on below the last one. */
  number: Type.Integer(),
  at: time,
  gatewayId: id,
  gatewayName: name,
  event: oneOf(sicknessEvents),
  detail: Type.String(),
  /** Deskhand, or the name of whoever did it. */
  actor: Type.String(),
  /** Of a canary sign-in; retention may have removed it. */
  runId: orNull(id),
});
export type GatewayEvent = Static<typeof GatewayEvent>;

const page = Type.Object({
  before: Type.Optional(Type.Integer({ minimum: 1 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
});

export const sickMemberRoutes = {
  setGatewayAside: route('POST', '/gateways/{id}/set-aside', {
    permission: 'gateway.admin',
    summary: 'Set a gateway aside: it is offered nothing but canary sign-ins, and put back when enough of them succeed',
    params: idParams,
    reply: Gateway,
    status: 200,
  }),
  putGatewayBack: route('POST', '/gateways/{id}/put-back', {
    permission: 'gateway.admin',
    summary: 'Put a gateway back at once that was set aside; what it failed before counts no more',
    params: idParams,
    reply: Gateway,
    status: 200,
  }),
  tryGatewayNow: route('POST', '/gateways/{id}/canary', {
    permission: 'gateway.admin',
    summary: 'Let the next canary sign-in of a gateway that is set aside begin now',
    params: idParams,
    reply: Gateway,
    status: 202,
  }),
  getGatewayHistory: route('GET', '/gateways/{id}/history', {
    permission: 'gateway.read',
    summary: 'When a gateway was set aside, tried and put back, the newest first',
    params: idParams,
    query: page,
    reply: listOf(GatewayEvent),
  }),
  getClusterHistory: route('GET', '/gateway-clusters/{id}/history', {
    permission: 'gateway.read',
    summary: 'The same of all gateways of a cluster',
    params: idParams,
    query: page,
    reply: listOf(GatewayEvent),
  }),
};
