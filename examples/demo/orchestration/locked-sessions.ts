import { spawn } from 'node:child_process';
import { desktopPrograms } from '../desktop-programs.ts';
import { openPersonSession } from '../person-session.ts';
import { waitFor } from '../wait-for.ts';
import { check, type Stage, type Subject, submit, switchToggle, whenNobodyIsSignedIn, whenOver } from './stage.ts';

/** Word by word as people know them, with their articles. */
const texts = {
  'single-session':
    'Cannot execute desktop flow. There is a locked or an inactive Windows user session on the target device',
  'multi-session':
    'Cannot execute desktop flow. There is a locked or inactive Windows user session on the target device',
} as const;

/** A person leaves a session locked; the primary rehearses one Windows policy after the other. */
export const lockedSessions: Subject = async (stage) => {
  const { client, machines, users } = stage;
  const [primary] = machines;
  await switchToggle(stage, false);
  const close = await openAndLock(stage);
  const checks = [];
  for (const policyOverride of ['single-session', 'multi-session'] as const) {
    await client.updateGateway({ params: { id: primary.id }, body: { policyOverride } });
    const { error } = await whenOver(stage, (await submit(stage, users[2])).id);
    const said = error?.message ?? 'no error';
    checks.push(check(`locked session, ${policyOverride}: “${said}”`, said === texts[policyOverride]));
  }
  await client.updateGateway({ params: { id: primary.id }, body: { policyOverride: null } });
  await close();
  await whenNobodyIsSignedIn(stage);
  return checks;
};

async function openAndLock(stage: Stage): Promise<() => Promise<void>> {
  const { client, machines, users, scratch, signal, cleanup } = stage;
  const { account } = users[2];
  const programs = desktopPrograms();
  if (!programs.ok) throw new Error(`The demo needs ${programs.missing}.`);
  const session = await openPersonSession({ account, server: programs.server, scratch, signal });
  cleanup.defer(session.close);
  const asPerson = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--init-groups', '--', 'i3lock', '--nofork'];
  const locker = spawn('setpriv', asPerson, { env: session.environment, cwd: '/', stdio: 'ignore' });
  locker.on('error', () => undefined);
  await waitFor('the gateway to see the locked session', signal, async () => {
    const { machine } = await client.getGateway({ params: { id: machines[0].id } });
    return machine?.sessions.some(({ user, locked }) => user === account.user && locked === true) || undefined;
  });
  return session.close;
}
