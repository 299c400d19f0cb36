/**
 * Stub gateways in a process of their own: they speak the link truly, run nothing, and report every run starting,
 * running and succeeded.
 */
import { createPrivateKey } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { ServerMessage } from '@deskhand/protocol/link/messages.ts';
import { linkStub, type StubLink } from '../parts/stub-gateway.ts';

const SESSIONS_EACH = 64;
const say = (line: unknown): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
const nowMs = (): number => performance.timeOrigin + performance.now();
const result = { state: 'succeeded', outputs: {}, error: null, lastLogSeq: 0, logLinesLost: 0, phasesMs: {} } as const;

interface Order {
  readonly server: string;
  readonly identities: readonly { readonly gatewayId: string; readonly privateKey: string }[];
}

for await (const text of createInterface({ input: process.stdin })) {
  const { server, identities } = JSON.parse(text) as Order;
  for (const { gatewayId, privateKey } of identities) {
    const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });
    await linkStub(server, { gatewayId, privateKey: key }, { sessionLimit: SESSIONS_EACH, onMessage: answer });
  }
  say({ linked: identities.length });
}
// Whoever gave the orders is gone, and its links must not hold this program.
process.exit();

function answer(message: ServerMessage, link: StubLink): void {
  switch (message.type) {
    case 'offer':
      return link.acquire(message);
    case 'acquired': {
      const { runId, attempt } = message.order;
      say({ acquired: runId, atMs: nowMs() });
      for (const phase of ['signingIn', 'downloading', 'running'] as const)
        link.send({ type: 'phase', runId, attempt, phase, sinceAcquireMs: 0 });
      return link.send({ type: 'result', runId, attempt, result });
    }
    case 'resultAck':
      say({ ended: message.runId });
      return;
    default:
      return;
  }
}
