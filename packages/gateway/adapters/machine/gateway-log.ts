import { pino } from 'pino';
import type { GatewayLog } from '../../ports/machine.ts';

/** JSON lines on standard error, written before the call returns, so that the last words of a crash are not lost. */
export function openLog(): GatewayLog {
  return pino({ name: 'gateway', base: { pid: process.pid } }, pino.destination({ dest: 2, sync: true }));
}
