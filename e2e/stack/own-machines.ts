import { join } from 'node:path';
import type { OwnAccounts } from '../../packages/gateway/session-desktop/testing/own-accounts.ts';
import type { Program } from './programs.ts';
import { runGateway, type Stack, whenAllOnline } from './stack.ts';

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
  const start = (name: string): void =>
    void gateways.set(name, runGateway(dataOf(name), { prefix: machines[name]?.prefix ?? [] }));

  await stack.gateway().end();
  for (const name of others) {
    const { code, stderr } = await stack.enrol({ name, data: dataOf(name), recoveryKey: stack.recoveryKey });
    if (code !== 0) throw new Error(`${name} was not enrolled: ${stderr}`);
  }
  for (const name of Object.keys(machines)) start(name);
  await whenAllOnline(stack.client, gateways.size);
  return {
    restart: async (name) => {
      await gateways.get(name)?.kill();
      start(name);
      await whenAllOnline(stack.client, gateways.size);
    },
    end: async () => {
      for (const gateway of gateways.values()) await gateway.end();
    },
  };
}
