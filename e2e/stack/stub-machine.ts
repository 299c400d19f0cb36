import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import { enrolStub, freshMemory, linkStub, type StubLink, type StubMachine } from '../../bench/parts/stub-gateway.ts';

/** A gateway whose link is real and whose machine is not: its runs go on until the test ends them. */
export interface StubMachineOnLink {
  readonly id: string;
  /** As if somebody had switched the machine on. */
  switchOn(): Promise<void>;
  switchOff(): void;
  /** Every run that it has is done. */
  finishRuns(): void;
}

const done = { state: 'succeeded', outputs: {}, error: null, lastLogSeq: 0, logLinesLost: 0, phasesMs: {} } as const;

export interface StubPlace {
  readonly client: ApiClient;
  readonly address: string;
  readonly clusterId: string;
}

/** Enrols it; its link begins when it is switched on. */
export async function stubMachine(
  { client, address, clusterId }: StubPlace,
  name: string,
  machine: StubMachine,
): Promise<StubMachineOnLink> {
  const identity = await enrolStub(client, clusterId, name);
  const memory = freshMemory();
  const runs = new Map<string, { readonly runId: string; readonly attempt: number }>();
  let link: StubLink | undefined;
  const report = (run: { readonly runId: string; readonly attempt: number }) =>
    ({ ...run, phase: 'running', result: null, lastLogSeqAcked: 0 }) as const;
  return {
    id: identity.gatewayId,
    switchOn: async () => {
      link = await linkStub(address, identity, {
        ...machine,
        memory,
        attempts: () => [...runs.values()].map(report),
        progress: () => [...runs.values()].map((run) => ({ ...run, lastActionAgoMs: 100 })),
        onMessage: (message, on) => {
          if (message.type === 'offer') on.acquire(message);
          if (message.type !== 'acquired') return;
          const { runId, attempt } = message.order;
          runs.set(runId, { runId, attempt });
          for (const phase of ['signingIn', 'downloading', 'running'] as const)
            on.send({ type: 'phase', runId, attempt, phase, sinceAcquireMs: 0 });
        },
      });
    },
    switchOff: () => {
      link?.close();
      link = undefined;
    },
    finishRuns: () => {
      for (const run of runs.values()) link?.send({ type: 'result', ...run, result: done });
      runs.clear();
    },
  };
}
