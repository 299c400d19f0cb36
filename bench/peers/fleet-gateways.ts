/**
 * Thousands of stub gateways in a process of their own: every link is a real one, and a log line that was sent is
 * remembered until the server has acknowledged it. Takes orders as JSON lines and answers in the same way.
 */
import { createPrivateKey } from 'node:crypto';
import { createInterface } from 'node:readline';
import { type FleetEvents, FleetGateway } from '../parts/fleet-gateway.ts';

export type FleetOrder =
  | {
      readonly order: 'link';
      readonly server: string;
      readonly identities: readonly { readonly gatewayId: string; readonly privateKey: string }[];
      readonly sessionLimit: number;
      readonly keepsRuns: boolean;
    }
  /** Every run writes so many lines a minute, each in a message of its own, spread evenly. */
  | { readonly order: 'talk'; readonly linesPerMinute: number }
  /** Forget what was measured until now. */
  | { readonly order: 'mark' }
  /** Write no more, and tell everything when the last line is acknowledged. */
  | { readonly order: 'hush' }
  /** Every link at once. */
  | { readonly order: 'drop' };

const ACKNOWLEDGED_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 20;
/** So many begin to link at once when a fleet is opened; after a drop it is their own back-off that decides. */
const OPENING_MAX = 48;

const gateways: FleetGateway[] = [];
const writers: NodeJS.Timeout[] = [];
const measured = { latenciesMs: [] as number[], strayed: {} as Record<string, number> };
let linkedAgain: { readonly afterMs: number[]; readonly droppedAtMs: number } | undefined;

const say = (line: unknown): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
const nowMs = (): number => performance.timeOrigin + performance.now();

const events: FleetEvents = {
  linked: () => linkedAgain?.afterMs.push(nowMs() - linkedAgain.droppedAtMs),
  acquired: (runId) => say({ acquired: runId, atMs: nowMs() }),
  ended: (runId) => say({ ended: runId }),
  answered: (latencyMs) => measured.latenciesMs.push(latencyMs),
  moving: (runId) => say({ moving: runId, atMs: nowMs() }),
  strayed: (what) => {
    measured.strayed[what] = (measured.strayed[what] ?? 0) + 1;
  },
};

for await (const text of createInterface({ input: process.stdin })) void obey(JSON.parse(text) as FleetOrder);
// Whoever gave the orders is gone, and its links must not hold this program.
process.exit();

async function obey(order: FleetOrder): Promise<void> {
  switch (order.order) {
    case 'link':
      return await link(order);
    case 'talk':
      return talk(order.linesPerMinute);
    case 'mark':
      measured.latenciesMs = [];
      return;
    case 'hush':
      return await hush();
    case 'drop':
      return await drop();
  }
}

async function link({ identities, ...options }: Extract<FleetOrder, { order: 'link' }>): Promise<void> {
  const opening: FleetGateway[] = [];
  for (const { gatewayId, privateKey } of identities) {
    const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });
    const gateway = new FleetGateway({ ...options, identity: { gatewayId, privateKey: key }, events });
    gateways.push(gateway);
    opening.push(gateway);
    await until(() => opening.filter((one) => !one.isLinked()).length < OPENING_MAX);
    opening.splice(
      0,
      Math.max(
        0,
        opening.findIndex((one) => !one.isLinked()),
      ),
    );
    gateway.open();
  }
  await until(() => gateways.every((one) => one.isLinked()));
  say({ linked: gateways.length });
}

function talk(linesPerMinute: number): void {
  const everyMs = 60_000 / linesPerMinute;
  for (const gateway of gateways)
    writers.push(setTimeout(() => writers.push(setInterval(() => gateway.write(), everyMs)), Math.random() * everyMs));
}

async function hush(): Promise<void> {
  for (const writer of writers.splice(0)) clearTimeout(writer);
  const giveUpAtMs = performance.now() + ACKNOWLEDGED_WITHIN_MS;
  const isAcknowledged = (): boolean => gateways.every(({ runs }) => runs.every(({ sent, acked }) => sent === acked));
  await until(() => isAcknowledged() || performance.now() > giveUpAtMs);
  const { latenciesMs, strayed } = measured;
  say({ hushed: true, runs: gateways.flatMap(({ runs }) => runs), latenciesMs, strayed });
}

async function drop(): Promise<void> {
  linkedAgain = { afterMs: [], droppedAtMs: nowMs() };
  const { afterMs } = linkedAgain;
  for (const gateway of gateways) gateway.drop();
  await until(() => afterMs.length >= gateways.length);
  say({ back: gateways.length, afterMs });
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
}
