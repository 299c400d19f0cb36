import { LinuxHost } from '../../adapters/linux/linux-host.ts';

/**
 * A gateway reduced to one sign-in, to be killed from outside: takes its orders as one line of JSON on standard input,
 * starts a program that counts into a file, tells the session's record, and stays.
 */
interface Order {
  readonly host: ConstructorParameters<typeof LinuxHost>[0];
  readonly sessionId: string;
  readonly accountName: string;
  readonly password: string;
  readonly countFile: string;
}

const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
const order = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Order;
const { sessionId, accountName, password } = order;
const screen = { width: 800, height: 600 };
const host = new LinuxHost(order.host);
process.stdout.write('beginning\n');
const result = await host.signIn({
  sessionId,
  runId: 'killed',
  accountName,
  password,
  screen,
  signal: new AbortController().signal,
});
if (!result.ok) throw new Error(result.because.message);
const program = result.session.spawn({
  command: '/bin/sh',
  args: ['-c', `while :; do echo tick >>${order.countFile}; sleep 0.02; done`],
});
process.stdout.write(
  `${JSON.stringify({ record: result.session.record, pid: program.pid, startTime: program.startTime })}\n`,
);
setInterval(() => undefined, 60_000);
