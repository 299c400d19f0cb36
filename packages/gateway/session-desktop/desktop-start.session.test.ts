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

  /** A stand-in for the X server; `real` is the path of the one installed. */
  const startWith = async (script: (real: string) => string) => {
    const { username, uid, gid, homedir } = userInfo();
    const account = { user: username, uid, gid, home: homedir, shell: '/bin/sh' };
    const programs = installedPrograms();
    const server = programs.xvnc ?? programs.xvfb ?? '';
    const standIn = join(folder, server.split('/').at(-1) ?? '');
    writeFileSync(standIn, `#!/bin/sh\n${script(server)}\n`);
    chmodSync(standIn, 0o755);
    const environment = { ...accountEnvironment(account), PATH: `${folder}:/usr/bin:/bin` };
    return startDesktop({
      entrance: { account, cgroup: '', changeUser: false, limits: [], environment },
      userFolder: folder,
      screen: { width: 640, height: 480 },
      programs,
      timeoutMs: PATIENCE_MS,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  };

  test('goes on with the next number when another program has just taken the display', async () => {
    const taken = join(folder, 'taken');
    const refusal = `echo "$1" >"${taken}"; echo "Fatal server error: Server is already active for display" >&2; exit 1`;
    const result = await startWith((real) => `[ -e "${taken}" ] || { ${refusal}; }\nexec ${real} "$@"`);
    expect(result).toMatchObject({ ok: true });
    if (result.ok) endGroup(result.desktop.keeper);
  });

  test.each([
    ['(EE) could not map 0xdeadbeef', 'The X server did not start. Try the run again'],
    ['(EE) write: No space left on device', 'The disk is full. Make room in'],
  ])('that fails with "%s" says in plain words why, and keeps those for the log', async (printed, sentence) => {
    const result = await startWith(() => `echo "${printed}" >&2; exit 1`);
    if (result.ok || result.because !== 'failed') throw new Error(JSON.stringify(result));
    expect(result.sentence).toContain(sentence);
    expect(result.sentence).not.toContain('EE');
    expect(result.detail).toContain(printed);
  });
});
