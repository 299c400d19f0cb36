import type { ConnectionRecord } from '../../ports/connections.ts';
import type { FlowRecord } from '../../ports/flows.ts';
import type { ConnectionPorts } from '../connections/connections.ts';
import { listConnections } from '../connections/connections.ts';
import { type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';
import { createFlow, type FlowPorts, listFlows } from './flows.ts';

export const EXAMPLE_NAME = 'Hello desktop';

export interface ExamplePorts extends FlowPorts, ConnectionPorts {
  /** The script that ships with Deskhand. */
  readonly exampleScript: string;
  readonly submit: (
    caller: Caller,
    request: { flowId: string; connectionId: string; mode: 'unattended' },
  ) => Promise<Outcome<{ id: string }>>;
}

/** One click: makes the example's flow when it is missing, picks a connection that can run it, and submits it. */
export async function runHelloDesktop(
  ports: ExamplePorts,
  caller: Caller,
): Promise<Outcome<{ runId: string; flowId: string }>> {
  const flow = await exampleFlow(ports, caller);
  if (!flow.ok) return flow;
  const connection = await connectionToTry(ports, caller);
  if (!connection)
    return refuse('conflict', {
      detail: 'No connection of yours can run the example: make one, or start Deskhand with deskhand up.',
    });
  const run = await ports.submit(caller, { flowId: flow.value.id, connectionId: connection.id, mode: 'unattended' });
  return run.ok ? done({ runId: run.value.id, flowId: flow.value.id }) : run;
}

async function exampleFlow(ports: ExamplePorts, caller: Caller): Promise<Outcome<FlowRecord>> {
  const own = (await listFlows(ports, caller, EXAMPLE_NAME)).find(
    ({ name, owner }) => name === EXAMPLE_NAME && owner.id === caller.id,
  );
  if (own) return done(own);
  const description = 'Writes a note on a desktop nobody sees, shows it, and reads it back.';
  return createFlow(ports, caller, { name: EXAMPLE_NAME, description, script: ports.exampleScript });
}

/** An account of the caller's own on a cluster that is online, newest connection first. */
async function connectionToTry(ports: ExamplePorts, caller: Caller): Promise<ConnectionRecord | undefined> {
  const online = new Set((await ports.clusters.list()).filter((cluster) => cluster.online > 0).map(({ id }) => id));
  const own = (await listConnections(ports, caller)).filter(
    ({ accountName, clusterId }) => caller.osAccounts.includes(accountName) && online.has(clusterId),
  );
  return own.sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())[0];
}
