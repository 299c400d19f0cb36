import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startDesktop } from './desktop-start.ts';
import { accountEnvironment } from './entrance.ts';
import { installedPrograms } from './installed-programs.ts';
import { endGroup } from './program-run.ts';

const PATIENCE_MS = 20_000;

describe('the start of a desktop', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync('/tmp/dh-desktop-');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('goes on with the next number when another program has just taken the display', async () => {
    const { username, uid, gid, homedir } = userInfo();
    const account = { user: username, uid, gid, home: homedir, shell: '/bin/sh' };
    const programs = installedPrograms();
    const server = programs.xvnc ?? programs.xvfb ?? '';
    const [taken, standIn] = [join(folder, 'taken'), join(folder, server.split('/').at(-1) ?? '')];
    const refusal = `echo "$1" >"${taken}"; echo "Fatal server error: Server is already active for display" >&2; exit 1`;
    writeFileSync(standIn, `#!/bin/sh\n[ -e "${taken}" ] || { ${refusal}; }\nexec ${server} "$@"\n`);
    chmodSync(standIn, 0o755);
    const environment = { ...accountEnvironment(account), PATH: `${folder}:/usr/bin:/bin` };

    const result = await startDesktop({
      entrance: { account, cgroup: '', changeUser: false, limits: [], environment },
      userFolder: folder,
      screen: { width: 640, height: 480 },
      programs,
      timeoutMs: PATIENCE_MS,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });

    expect(result).toMatchObject({ ok: true });
    if (result.ok) endGroup(result.desktop.keeper);
  });
});
