import { describe, test } from 'vitest';
import { sessionHostContract } from '../../ports/session-host.contract.ts';
import { buildHelperKit } from '../../session-desktop/testing/helper-kit.ts';
import { openPersonDesktop } from '../../session-desktop/testing/person-session.ts';
import { makeAccount, markedProcessesOf, removeAccount } from '../../session-desktop/testing/real-accounts.ts';
import { rmSync } from 'node:fs';
import { LinuxHost } from './linux-host.ts';

const isRoot = process.getuid?.() === 0;

describe.runIf(!isRoot)('the linux session host', () => {
  test('needs root: these tests make accounts and sign them in', () => undefined);
});

if (isRoot) {
  sessionHostContract('linux', async () => {
    const kit = await buildHelperKit();
    const alice = makeAccount('alice');
    const runtimeFolder = `/run/dh-contract-${process.pid}`;
    const owner = { instance: `c${process.pid}`, dataFolder: null };
    const makeHost = (): LinuxHost => new LinuxHost({ ...kit, runtimeFolder, owner });
    return {
      host: makeHost(),
      laterHost: makeHost,
      accountName: `.\\${alice.user}`,
      password: alice.password,
      uid: alice.uid,
      processesOfSession: (sessionId) => markedProcessesOf(alice.uid, sessionId),
      openPersonDesktop: () => openPersonDesktop(alice, true),
      remove: () => {
        removeAccount(alice);
        kit.remove();
        rmSync(runtimeFolder, { recursive: true, force: true });
        return Promise.resolve();
      },
    };
  });
}
