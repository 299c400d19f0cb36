import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import dbus from 'dbus-next';

/** A bus of its own with a login1 that tells what the test wants: this machine may have no systemd. */
export interface StandInLogind {
  readonly address: string;
  /** Sessions that somebody had terminated; they are listed no more. */
  readonly terminated: readonly string[];
  stop(): void;
}

export interface StandInSession {
  readonly id: string;
  readonly uid: number;
  readonly user: string;
  readonly type: string;
  readonly state: string;
  readonly locked: boolean;
  readonly display: string;
  readonly class?: string;
  readonly remote?: boolean;
}

const { Variant, Message } = dbus;

export async function startStandInLogind(sessions: readonly StandInSession[]): Promise<StandInLogind> {
  const folder = mkdtempSync('/tmp/dh-logind-');
  const daemon = spawn(
    'dbus-daemon',
    ['--session', '--nofork', '--nopidfile', `--address=unix:path=${folder}/bus`, '--print-address'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  await new Promise((resolve) => createInterface({ input: daemon.stdout }).once('line', resolve));
  const address = `unix:path=${folder}/bus`;
  const bus = dbus.sessionBus({ busAddress: address });
  await bus.requestName('org.freedesktop.login1', 0);
  const terminated: string[] = [];
  bus.addMethodHandler((message: InstanceType<typeof Message>) => {
    if (message.member === 'TerminateSession') {
      terminated.push(String(message.body[0]));
      bus.send(Message.newMethodReturn(message));
      return true;
    }
    if (message.member === 'ListSessions') {
      const open = sessions.filter(({ id }) => !terminated.includes(id));
      const listed = open.map(({ id, uid, user }) => [id, uid, user, 'seat0', `/session/${id}`]);
      bus.send(Message.newMethodReturn(message, 'a(susso)', [listed]));
      return true;
    }
    const session = sessions.find((one) => message.path === `/session/${one.id}`);
    if (message.member !== 'GetAll' || session === undefined) return false;
    bus.send(Message.newMethodReturn(message, 'a{sv}', [propertiesOf(session)]));
    return true;
  });
  return {
    address,
    terminated,
    stop: () => {
      bus.disconnect();
      daemon.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function propertiesOf({ id, uid, user, type, state, locked, display, class: sessionClass, remote }: StandInSession) {
  return {
    Id: new Variant('s', id),
    User: new Variant('(uo)', [uid, '/user']),
    Name: new Variant('s', user),
    Type: new Variant('s', type),
    Class: new Variant('s', sessionClass ?? 'user'),
    State: new Variant('s', state),
    Active: new Variant('b', state === 'active'),
    Remote: new Variant('b', remote ?? false),
    LockedHint: new Variant('b', locked),
    Display: new Variant('s', display),
    Leader: new Variant('u', 1),
  };
}
