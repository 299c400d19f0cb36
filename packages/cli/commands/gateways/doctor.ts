import { setTimeout as pause } from 'node:timers/promises';
import { DOCTOR_ANSWER_WAIT_MS, isWell } from '@deskhand/protocol/doctor.ts';
import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import type { GatewayCheck } from '@deskhand/protocol/http/doctor.ts';
import { helpOfCheck } from '@deskhand/protocol/help-links.ts';
import { argument, type Call, type Command } from '../../command.ts';
import { reportAsText } from '../show-checks.ts';
import { findGateway } from './find-gateway.ts';

const LOOK_INTERVAL_MS = 300;

export const gatewayDoctor: Command = {
  name: 'gateways doctor',
  summary: 'Have a gateway examine its machine, and show what it finds.',
  arguments: [{ syntax: '<gateway>', description: 'name or id' }],
  examples: ['deskhand gateways doctor kiosk-1', 'deskhand gateways doctor kiosk-1 --json=report'],
  exitCodes: [0, 1, 2, 4, 5, 7, 8],
  run: async (call) => {
    const api = await call.api();
    const gateway = await findGateway(api, argument(call, 0));
    const check = await answered(call, api, gateway.id);
    call.output.one(check, () => checkOfGateway(call, gateway.name, check));
    if (check.state === 'offline') return 2;
    if (check.state !== 'answered' || check.report === null) return 8;
    return isWell(check.report) ? 0 : 1;
  },
};

/** The server gives the question its time; it is told here as soon as it has the report, or gives up. */
async function answered(call: Call, api: ApiClient, id: string): Promise<GatewayCheck> {
  let check = await api.askDoctor({ params: { id } });
  const until = performance.now() + 2 * DOCTOR_ANSWER_WAIT_MS;
  while (check.state === 'asked' && performance.now() < until) {
    await pause(LOOK_INTERVAL_MS, undefined, { signal: call.signal });
    check = await api.getDoctor({ params: { id } });
  }
  return check;
}

function checkOfGateway(call: Call, name: string, { state, report, advice }: GatewayCheck): string {
  if (state === 'answered' && report !== null) return reportAsText(call.terminal, report, true);
  const head = state === 'offline' ? `${name} is offline. In this order:` : `${name} gave no report.`;
  const steps = advice.map((one) => `  ${one.name.padEnd(10)}${one.what}\n  ${''.padEnd(10)}try: ${one.fix}`);
  const help = `help: ${call.settings.server.value}${helpOfCheck('gateway')}`;
  const before = report === null ? [] : ['', reportAsText(call.terminal, report, false)];
  return [head, ...steps, help, ...before].join('\n');
}
