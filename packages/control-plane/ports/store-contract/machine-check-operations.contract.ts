import type { GatewayId } from '@deskhand/domain/brand.ts';
import type { DoctorReport } from '@deskhand/protocol/doctor.ts';
import { audit, type Choose, type Context, type Operations } from './context.contract.ts';
import { made, severalCalls, simple } from './object-operations.contract.ts';

const reportOf = (choose: Choose): DoctorReport => {
  const good = choose.chance(0.5);
  const check = {
    name: 'disk',
    good,
    optional: false,
    found: choose.of(['5 GB free', 'a\u0000b']),
    fix: '',
    code: null,
  };
  return { madeAt: '2026-01-01T00:00:00.000Z', version: '1', checks: [check] };
};
const gatewayOf = ({ gateways }: Context, choose: Choose): string => choose.of([...gateways, 'no-gateway']);
const WAIT_MS = 20_000;

/** How machines are, asked for by people and told by gateways. */
export const machineCheckOperations: Operations = {
  askMachine: severalCalls(
    simple(1, 'asks how a machine is:', (context, choose) => {
      const [gatewayId, requestId] = [gatewayOf(context, choose), made(context, 'check')];
      const question = { gatewayId, requestId, askedBy: choose.of(['Alice', 'Bob']), waitMs: WAIT_MS };
      return { detail: `${gatewayId} ${requestId}`, act: () => context.stores.checks.ask(question, audit('examine')) };
    }),
  ),
  answerMachine: severalCalls(
    simple(1, 'a gateway tells how its machine is:', (context, choose) => {
      const [gatewayId, other, report] = [gatewayOf(context, choose), choose.chance(0.3), reportOf(choose)];
      const { checks } = context.stores;
      const act = async () => {
        const asked = await checks.read(gatewayId, WAIT_MS);
        const requestId = other ? 'another' : (asked?.requestId ?? 'none');
        const question = await checks.answer(gatewayId, requestId, report);
        return [question, await checks.answer(gatewayId, requestId, report)];
      };
      return { detail: `${gatewayId}${other ? ' to another question' : ''}`, act };
    }),
  ),
  attachCheck: simple(1, 'a report is kept beside run', (context, choose) => {
    const runId = choose.of(context.runs);
    if (runId === undefined) return { detail: 'none', act: async () => undefined };
    const of = { runId, attempt: 1 + choose.below(2), gatewayId: gatewayOf(context, choose) as GatewayId };
    const report = reportOf(choose);
    return { detail: JSON.stringify(of), act: () => context.stores.checks.attach(of, report) };
  }),
  noteRestart: simple(0.5, 'notes a restart of', (context, choose) => {
    const gatewayId = gatewayOf(context, choose);
    return { detail: gatewayId, act: () => context.stores.checks.noteRestart(gatewayId, audit('restart')) };
  }),
};
