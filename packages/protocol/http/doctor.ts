import Type, { type Static } from 'typebox';
import { Advice, DoctorReport } from '../doctor.ts';
import { id, idParams, oneOf, orNull, route, time } from './route.ts';

export const GatewayCheck = Type.Object({
  gatewayId: id,
  /** `offline`: nobody is there to be asked, and `advice` comes first. `unanswered`: asked, and no report within the time. */
  state: oneOf(['never-asked', 'asked', 'answered', 'unanswered', 'offline']),
  askedAt: orNull(time),
  askedBy: orNull(Type.String()),
  /** Of the newest report, which may be older than the newest question. */
  answeredAt: orNull(time),
  report: orNull(DoctorReport),
  /** What to look at without the gateway, in this order. */
  advice: Type.Array(Advice),
});
export type GatewayCheck = Static<typeof GatewayCheck>;

export const RunMachineCheck = Type.Object({
  attempt: orNull(Type.Integer()),
  notedAt: orNull(time),
  report: orNull(DoctorReport),
});
export type RunMachineCheck = Static<typeof RunMachineCheck>;

export const doctorRoutes = {
  askDoctor: route('POST', '/gateways/{id}/doctor', {
    permission: 'run.submit',
    summary: 'Have the gateway examine its machine; the report is read with GET when it has come',
    params: idParams,
    reply: GatewayCheck,
    status: 202,
  }),
  getDoctor: route('GET', '/gateways/{id}/doctor', {
    permission: 'gateway.read',
    summary: 'How the machine of a gateway was last found to be, and what to look at when it is offline',
    params: idParams,
    reply: GatewayCheck,
  }),
  restartGateway: route('POST', '/gateways/{id}/restart', {
    permission: 'gateway.admin',
    summary: 'Have the gateway program start anew; what runs there goes on and is adopted',
    params: idParams,
    reply: Type.Object({ gatewayId: id }),
    status: 202,
  }),
  getRunMachineCheck: route('GET', '/runs/{id}/machine-check', {
    permission: 'run.read',
    summary: 'How the machine was found to be when the run failed at its fault',
    params: idParams,
    reply: RunMachineCheck,
  }),
};
