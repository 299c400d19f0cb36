import { inflateSync } from 'node:zlib';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import { type ScreenEvent, watchedScreen } from '@deskhand/protocol/watched-screen.ts';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { submitHeld } from './stack/held-runs.ts';
import { makeFlow, whenEnded } from './stack/runs.ts';
import { type SeveralServers, startSeveralServers } from './stack/several-servers.ts';

/** Paints its screen, says so, and paints it anew each time that it is let go. */
const paintingFlow = `@INPUT Marks : { 'Description': '', 'FriendlyName': 'Marks', 'Type': 'String' }
Scripting.RunDOSCommand.RunDOSCommand DOSCommandOrApplication: $'''xsetroot -solid '#c02060' && echo started >> %Marks%/starts''' StandardOutput=> Out StandardError=> Err ExitCode=> Code
WAIT (File.WaitForFile.Created File: $'''%Marks%/green''')
Scripting.RunDOSCommand.RunDOSCommand DOSCommandOrApplication: $'''xsetroot -solid '#20a040' ''' StandardOutput=> Out StandardError=> Err ExitCode=> Code
WAIT (File.WaitForFile.Created File: $'''%Marks%/go''')`;
const RED = '#c02060';
const GREEN = '#20a040';

let stack: SeveralServers;
beforeAll(async () => {
  stack = await startSeveralServers({ gateways: 1, accountsPerGateway: 1 });
}, 240_000);
afterAll(async () => {
  await stack?.close();
}, 120_000);

/** The colour in the middle of a picture that our own encoder made: every row is told as its difference to the one above. */
function colourOf(png: Buffer): string {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const rows = inflateSync(png.subarray(png.indexOf('IDAT') + 4, png.length - 16));
  const rowBytes = 3 * width + 1;
  const [column, row] = [3 * Math.floor(width / 2) + 1, Math.floor(height / 2)];
  const channels = [0, 1, 2].map((channel) => {
    let value = 0;
    for (let above = 0; above <= row; above += 1) value += rows[above * rowBytes + column + channel] ?? 0;
    return (value & 0xff).toString(16).padStart(2, '0');
  });
  return `#${channels.join('')}`;
}

/** Looks at a screen through one of the servers until it has this colour. */
async function whenShown(events: AsyncGenerator<ScreenEvent>, colour: string): Promise<void> {
  for (;;) {
    const { value } = await events.next();
    if (value?.type !== 'frame') throw new Error(`The watch ended before the screen was ${colour}: ${value?.because}`);
    if (colourOf(Buffer.from(value.png, 'base64')) === colour) return;
  }
}

async function endOf(events: AsyncGenerator<ScreenEvent>): Promise<string> {
  for await (const event of events) if (event.type === 'ended') return event.because;
  return 'no word';
}

test('the screen of a run is seen at every server while its flow paints it, and the audit log has who saw it', async () => {
  onTestFailed(async () => console.error(await stack.lastWords()));
  const { client, servers } = stack;
  const [connectionId = ''] = stack.connections;
  const flowId = await makeFlow(client, paintingFlow);
  const { run, marks } = await submitHeld(stack, 'painted', { flowId, connectionId });
  const { id, cluster } = run;
  await marks.whenStarted();
  const leaving = new AbortController();
  const watchAt = (api: ApiClient): AsyncGenerator<ScreenEvent> => watchedScreen(api, id, leaving.signal);
  await expect(watchAt(client).next()).rejects.toMatchObject({ problem: { code: 'live-view-off' } });
  await client.updateCluster({ params: { id: cluster.id }, body: { liveView: true } });

  // The link is held by one of them; the frames find their way to the other as well.
  const views = servers.map((server) => watchAt(server.client));
  for (const view of views) await whenShown(view, RED);
  writeFileSync(join(marks.folder, 'green'), '');
  for (const view of views) await whenShown(view, GREEN);
  marks.letGo();
  expect(await Promise.all(views.map(endOf))).toEqual(views.map(() => 'run-ended'));
  expect((await whenEnded(client, id)).state).toBe('succeeded');

  const verbsOf = async (): Promise<readonly string[]> =>
    (await client.listAuditLog({ query: { object: `run ${id}` } })).items
      .map((row) => row.verb)
      .filter((verb) => verb.includes('watch'));
  await expect.poll(verbsOf).toEqual(['stop-watching', 'stop-watching', 'watch', 'watch']);
}, 240_000);
