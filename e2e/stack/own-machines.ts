import { join } from 'node:path';
import type { OwnAccounts } from '../../packages/gateway/session-desktop/testing/own-accounts.ts';
import { type Program, startProgram } from './programs.ts';
import type { Stack } from './stack.ts';
import { waitUntil } from './wait-until.ts';

/** Gateways beside one another, each on what its machine knows of accounts; the first is the gateway of the stack. */
export interface OwnMachines {
  /** kill -9, and again from the same folder. */
  restart(name: string): Promise<void>;
  end(): Promise<void>;
}

export async function startOwnMachines(
  stack: Stack,
  machines: Readonly<Record<string, OwnAccounts>>,
): Promise<OwnMachines> {
  const [first, ...others] = Object.keys(machines);
  const dataOf = (name: string): string => (name === first ? stack.gatewayData : join(stack.folder, name));
  const gateways = new Map<string, Program>();
  const start = (name: string): void => {
    const data = dataOf(name);
    const args = ['run', '--data', data, '--beside-others', '--kit', `${data}-kit`];
    gateways.set(name, startProgram('gateway', args, { prefix: machines[name]?.prefix ?? [] }));
  };
  const areOnline = (): Promise<true> =>
    waitUntil('all gateways to be online', async () => {
      const { items } = await stack.client.listGateways();
      const online = items.filter(({ status, machine }) => status === 'online' && machine !== null);
      return online.length === gateways.size || undefined;
    });

  await stack.gateway().end();
  for (const name of others) {
    const { code, stderr } = await stack.enrol({ name, data: dataOf(name), recoveryKey: stack.recoveryKey });
    if (code !== 0) throw new Error(`${name} was not enrolled: ${stderr}`);
  }
  for (const name of Object.keys(machines)) start(name);
  await areOnline();
  return {
    restart: async (name) => {
      await gateways.get(name)?.kill();
      start(name);
      await areOnline();
    },
    end: async () => {
      for (const gateway of gateways.values()) await gateway.end();
    },
  };
}
