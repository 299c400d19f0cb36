import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import dbus from 'dbus-next';

/** A bus of its own with a notification service of a kind that this machine may not have. */
export interface StandInNotifications {
  readonly address: string;
  /** What it was told to show. */
  readonly shown: readonly { readonly title: string; readonly body: string; readonly actions: readonly string[] }[];
  stop(): void;
}

const { Message } = dbus;

/** `capabilities` is what it says of itself; null for one that does not answer that. */
export async function startStandInNotifications(capabilities: readonly string[] | null): Promise<StandInNotifications> {
  const folder = mkdtempSync('/tmp/dh-notifications-');
  const address = `unix:path=${folder}/bus`;
  const daemon = spawn(
    'dbus-daemon',
    ['--session', '--nofork', '--nopidfile', `--address=${address}`, '--print-address'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  await new Promise((resolve) => createInterface({ input: daemon.stdout }).once('line', resolve));
  const bus = dbus.sessionBus({ busAddress: address });
  await bus.requestName('org.freedesktop.Notifications', 0);
  const shown: { title: string; body: string; actions: string[] }[] = [];
  bus.addMethodHandler((message: InstanceType<typeof Message>) => {
    if (message.member === 'GetCapabilities' && capabilities !== null) {
      bus.send(Message.newMethodReturn(message, 'as', [[...capabilities]]));
      return true;
    }
    if (message.member === 'Notify') {
      const [, , , title, body, actions] = message.body as [string, number, string, string, string, string[]];
      shown.push({ title, body, actions });
      bus.send(Message.newMethodReturn(message, 'u', [shown.length]));
      return true;
    }
    if (message.member !== 'CloseNotification') return false;
    bus.send(Message.newMethodReturn(message));
    return true;
  });
  return {
    address,
    shown,
    stop: () => {
      bus.disconnect();
      daemon.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
