/**
 * Stub gateways in a process of their own that keep every run they acquire until they are told to end the oldest one.
 * They say how long the slot that became free waited for its next offer.
 */
import { createPrivateKey } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { ServerMessage } from '@deskhand/protocol/link/messages.ts';
import { linkStub, type StubLink, type StubMachine } from '../parts/stub-gateway.ts';

const say = (line: unknown): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
const result = { state: 'succeeded', outputs: {}, error: null, lastLogSeq: 0, logLinesLost: 0, phasesMs: {} } as const;

interface LinkOrder {
  readonly server: string;
  readonly machine: StubMachine;
  readonly identities: readonly { readonly gatewayId: string; readonly privateKey: string }[];
}
type Order = LinkOrder | { readonly end: number };

interface HeldRun {
  readonly runId: string;
  readonly attempt: number;
  readonly link: StubLink;
}

const held: HeldRun[] = [];
/** Ends that were asked for while nothing was held; the next acquired run pays one. */
let owed = 0;
/** Moments at which each gateway's slots became free, the oldest first. */
const freedMs = new Map<StubLink, number[]>();

for await (const text of createInterface({ input: process.stdin })) {
  const order = JSON.parse(text) as Order;
  if ('end' in order) for (let i = 0; i < order.end; i++) endOldest();
  else await linkAll(order);
}

async function linkAll({ server, machine, identities }: LinkOrder): Promise<void> {
  for (const { gatewayId, privateKey } of identities) {
    const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });
    await linkStub(
      server,
      { gatewayId, privateKey: key },
      {
        ...machine,
        onMessage: answer(`j-${gatewayId}`),
      },
    );
  }
  say({ linked: identities.length });
}

function endOldest(): void {
  const run = held.shift();
  if (run === undefined) {
    owed += 1;
    return;
  }
  const { runId, attempt, link } = run;
  freedMs.set(link, [...(freedMs.get(link) ?? []), performance.now()]);
  link.send({ type: 'result', runId, attempt, result });
}

function answer(journalId: string) {
  return (message: ServerMessage, link: StubLink): void => {
    switch (message.type) {
      case 'offer': {
        const { runId, attempt, accountName, mode } = message;
        const freed = freedMs.get(link)?.shift();
        say({ offered: runId, accountName, mode, waitedMs: freed === undefined ? null : performance.now() - freed });
        return link.send({ type: 'acquire', runId, attempt, journalId, factsVersion: 1 });
      }
      case 'acquired': {
        const { runId, attempt } = message.order;
        for (const phase of ['signingIn', 'downloading', 'running'] as const)
          link.send({ type: 'phase', runId, attempt, phase, sinceAcquireMs: 0 });
        held.push({ runId, attempt, link });
        if (owed > 0) {
          owed -= 1;
          endOldest();
        }
        return;
      }
      default:
        return;
    }
  };
}
