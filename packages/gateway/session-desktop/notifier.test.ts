import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { HelperNotifier } from './notifier.ts';

const popup = { title: 'Running', body: 'Please wait.', urgency: 'normal', stopButton: true } as const;
const answering =
  (...lines: readonly object[]) =>
  () =>
    spawn('/bin/sh', [
      '-c',
      `read -r line; ${lines.map((one) => `echo '${JSON.stringify(one)}'`).join('; ')}; cat >/dev/null`,
    ]);

test('a desktop without a notification service costs a log line', async () => {
  const log: string[] = [];
  const notifier = new HelperNotifier(answering({ type: 'failed', message: 'no such service' }), (line) =>
    log.push(line),
  );
  await notifier.show(popup);
  notifier.close();
  expect(log).toEqual(['No popup "Running" in the session: no such service']);
});

test('a helper that dies costs a log line too, and the next popup starts another', async () => {
  const log: string[] = [];
  let started = 0;
  const notifier = new HelperNotifier(
    () => (started++, spawn('/bin/true')),
    (line) => log.push(line),
  );
  await notifier.show(popup);
  await notifier.show(popup);
  expect([started, log.length]).toEqual([2, 2]);
});

test('Stop reaches every listener, and noise from the helper reaches none', async () => {
  const heard = Promise.withResolvers<void>();
  const notifier = new HelperNotifier(
    answering({ odd: true }, { type: 'shown' }, { type: 'pressed', key: 'stop' }),
    () => undefined,
  );
  notifier.onStop(heard.resolve);
  await notifier.show(popup);
  await heard.promise;
  notifier.close();
});
