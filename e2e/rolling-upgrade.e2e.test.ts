import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { checkOut, earlierCommit } from './stack/earlier-release.ts';
import { startLoad } from './stack/load.ts';
import { whenEnded } from './stack/runs.ts';
import { type SeveralServers, startSeveralServers } from './stack/several-servers.ts';
import { whenAllOnline } from './stack/stack.ts';

const TEST_TIMEOUT_MS = 300_000;
const commit = earlierCommit();

describe.runIf(commit !== undefined)(`an upgrade from ${commit}, one server after the other`, () => {
  let folder: string;
  let stack: SeveralServers;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dh-earlier-'));
    chmodSync(folder, 0o711);
    const earlier = checkOut(commit ?? '', folder);
    // The second server brings the database up to date while the first one works on it.
    const serverReleases = [earlier, undefined];
    stack = await startSeveralServers({ gateways: 1, accountsPerGateway: 2, serverReleases, gatewayRelease: earlier });
  }, 240_000);
  afterAll(async () => {
    await stack?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  test(
    'goes on with the gateways of before: old and new servers share the work, and no run is lost or started twice',
    async () => {
      onTestFailed(async () => console.error(await stack.lastWords()));
      const [older, newer] = stack.servers;
      const load = await startLoad(stack.client, stack);
      await load.ended(3);
      // The one that is up to date goes away and comes back, so the gateway has been linked to each of them.
      await newer?.program().end();
      await whenAllOnline(older?.client ?? stack.client, 1);
      await load.ended(2);
      await newer?.start();
      await older?.program().end();
      await whenAllOnline(newer?.client ?? stack.client, 1);
      await load.ended(2);
      await older?.start();
      await load.ended(2);
      const { ids, starts } = await load.finish();
      for (const id of ids) expect((await whenEnded(stack.client, id)).state).toBe('succeeded');
      expect(starts.size).toBe(ids.length);
      expect([...starts.values()].every((count) => count === 1)).toBe(true);
    },
    TEST_TIMEOUT_MS,
  );
});
