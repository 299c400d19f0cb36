import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Call, type Command, flag, text } from '../../command.ts';
import { cannot, CommandFailure } from '../../terminal/errors.ts';
import { placesOf } from './places.ts';
import { startProgram, type SupervisedProgram } from './supervised-program.ts';

const CLUSTER_NAME = 'This machine';
const GATEWAYS_MAX = 20;
/** A gateway that has not linked for so long is not going to. */
const GATEWAY_READY_MAX_MS = 90_000;
/** A program that ends by itself is started again after so long. */
const RESTART_DELAY_MS = 1_000;
const PARENT_LOOK_INTERVAL_MS = 250;

export const up: Command = {
  name: 'up',
  summary: 'Start everything on this machine: database, control plane, portal and gateway.',
  options: [
    { syntax: '--port <port>', description: 'where the portal listens (DESKHAND_PORT)', default: '4680' },
    {
      syntax: '--host <address>',
      description: 'the address to listen on; off loopback it speaks TLS only',
      default: '127.0.0.1',
    },
    { syntax: '--data <folder>', description: 'where everything is kept; default: the system’s own place' },
    { syntax: '--gateways <count>', description: 'how many gateways, to try clusters', default: '1' },
    {
      syntax: '--session-host <kind>',
      description: 'how sessions are made; default: linux as root, else virtual',
      choices: ['linux', 'virtual'],
    },
    {
      syntax: '--no-try-account',
      description: 'as root: do not make the operating-system account deskhand-try for the example',
    },
  ],
  examples: ['deskhand up', 'deskhand up --port 8080 --data ~/deskhand-data', 'deskhand up --gateways 3'],
  exitCodes: [0, 2],
  run: async (call) => {
    const stopped = untilStopped(call);
    const everything = startedTogether();
    try {
      await Promise.race([bringUp(call, everything), stopped]);
      await stopped;
      call.output.hint('Stopping.');
    } finally {
      await everything.stop();
    }
    return 0;
  },
};

async function bringUp(call: Call, everything: StartedTogether): Promise<void> {
  const server = await startServer(call, everything);
  await startGateways(call, server, everything);
  await announce(call, server);
}

/** What was started so far, the last one first to end. Nothing more starts once it stops. */
interface StartedTogether extends Kept {
  readonly add: (started: Kept) => void;
}

function startedTogether(): StartedTogether {
  const all: Kept[] = [];
  let isStopping = false;
  return {
    add: (started) => {
      all.unshift(started);
      if (!isStopping) return;
      void started.stop();
      throw new Error('Everything is being stopped.');
    },
    stop: async () => {
      isStopping = true;
      for (const started of all) await started.stop();
    },
  };
}

interface Listening {
  readonly address: string;
  readonly fingerprint: string | null;
  readonly setupCode: string | null;
}
interface Kept {
  readonly stop: () => Promise<void>;
}
interface Server {
  readonly listening: Listening;
  readonly enrolmentToken: () => Promise<string>;
}

const logger = (call: Call) => (line: string) => {
  if (call.options.debug === true) call.terminal.error(`${line}\n`);
};

async function startServer(call: Call, everything: StartedTogether): Promise<Server> {
  const { serverData } = placesOf(text(call, 'data'));
  const port = text(call, 'port');
  const host = text(call, 'host');
  const args = [
    'serve',
    '--controlled',
    ...(serverData ? ['--data', serverData] : []),
    ...(port ? ['--port', port] : []),
    ...(host ? ['--host', host] : []),
  ];
  const start = (): SupervisedProgram => startProgram({ program: 'control-plane', args, onLog: logger(call) });
  const first = start();
  everything.add({ stop: first.end });
  const listening = await listeningOf(first);
  const keeper = keep(first, start, call);
  everything.add(keeper);
  return {
    listening,
    enrolmentToken: async () => {
      keeper.current().tell({ ask: 'enrolment-token', clusterName: CLUSTER_NAME });
      return (await keeper.current().next<{ token: string }>('event', 'enrolment-token')).token;
    },
  };
}

async function listeningOf(server: SupervisedProgram): Promise<Listening> {
  const failed = server.next<{ message: string; remedy: string; code: string }>('event', 'failed');
  const answer = await Promise.race([
    server.next<Listening>('event', 'listening'),
    failed.then((failure) => ({ failure })),
  ]).catch((error: Error) => {
    throw cannot('The server did not start.', error.message, 'deskhand doctor');
  });
  // The loser of the race is rejected when the server ends, long after anybody cares.
  failed.catch(() => undefined);
  if (!('failure' in answer)) return answer;
  const { message, remedy, code } = answer.failure;
  throw new CommandFailure({ what: message, remedy, code, exit: 2 });
}

async function startGateways(call: Call, server: Server, everything: StartedTogether): Promise<void> {
  const count = Number(text(call, 'gateways') ?? '1');
  if (!Number.isInteger(count) || count < 1 || count > GATEWAYS_MAX)
    throw cannot('The number of gateways does not fit.', `it is from 1 to ${GATEWAYS_MAX}`, 'deskhand up --gateways 3');
  for (let number = 1; number <= count; number++) await startGateway(call, server, everything, { number, count });
}

async function startGateway(
  call: Call,
  server: Server,
  everything: StartedTogether,
  { number, count }: { readonly number: number; readonly count: number },
): Promise<void> {
  const { gatewayData, kit } = placesOf(text(call, 'data'));
  const data = gatewayData(number);
  if (!existsSync(join(data, 'gateway.json'))) await enrol(call, server, { data, number, count });
  // The server may stand at another port than when this machine was enrolled.
  const args = ['run', '--data', data, '--server', server.listening.address];
  if (kit) args.push('--kit', kit);
  if (count > 1) args.push('--beside-others');
  args.push('--supervised');
  const start = (): SupervisedProgram => startProgram({ program: 'gateway', args, onLog: logger(call) });
  const first = start();
  everything.add({ stop: first.end });
  await within(GATEWAY_READY_MAX_MS, first.next('ready', true)).catch((error: Error) => {
    throw cannot('The gateway did not start.', error.message, 'deskhand doctor');
  });
  everything.add(keep(first, start, call));
}

async function within<T>(limitMs: number, answer: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`It did not answer within ${limitMs / 1000} s.`)), limitMs);
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function enrol(
  call: Call,
  server: Server,
  { data, number, count }: { data: string; number: number; count: number },
): Promise<void> {
  const { address, fingerprint } = server.listening;
  const name = count > 1 ? `${hostname()}-${number}` : hostname();
  const sessionHost = text(call, 'sessionHost') ?? (count > 1 ? 'virtual' : undefined);
  const args = ['enrol', '--server', address, '--name', name, '--token-stdin', '--data', data];
  // Whoever starts everything at once is not asked to type a code at another machine.
  args.push('--join-wait', '0');
  if (fingerprint) args.push('--server-fingerprint', fingerprint);
  if (sessionHost) args.push('--session-host', sessionHost);
  if (!flag(call, 'noTryAccount') && call.options.tryAccount !== false) args.push('--try-account');
  const token = await server.enrolmentToken();
  const enrolling = startProgram({
    program: 'gateway',
    args,
    input: `${token}\n`,
    onLog: (line) => call.terminal.error(`${line}\n`),
  });
  await enrolling.next('clusterName', CLUSTER_NAME).catch((error: Error) => {
    throw cannot('This machine could not be enrolled.', error.message, 'deskhand doctor');
  });
  await enrolling.ended;
}

/** Starts a program again when it ended by itself, until it is told to stop. */
function keep(
  first: SupervisedProgram,
  start: () => SupervisedProgram,
  call: Call,
): Kept & { readonly current: () => SupervisedProgram } {
  let current = first;
  let isStopping = false;
  const watch = (program: SupervisedProgram): void => {
    void program.ended.then((lastWords) => {
      if (isStopping) return;
      call.terminal.error(`A program ended and is started again. Its last words:\n${lastWords}\n`);
      setTimeout(() => {
        if (isStopping) return;
        current = start();
        watch(current);
      }, RESTART_DELAY_MS);
    });
  };
  watch(first);
  return {
    current: () => current,
    stop: async () => {
      isStopping = true;
      await current.end();
    },
  };
}

async function announce(call: Call, { listening }: Server): Promise<void> {
  const { address, setupCode, fingerprint } = listening;
  // The code stands behind the #, so that no log between here and the browser ever holds it.
  const link = setupCode ? `${address}/setup#code=${setupCode}` : address;
  call.output.line({ address, link, setupCode, fingerprint }, () => {
    const lines = ['', `stop with Ctrl+C · data in ${placesOf(text(call, 'data')).shown}`];
    if (fingerprint) lines.push(`certificate SHA-256  ${fingerprint}`);
    const invitation = setupCode ? 'Open this one-time link to make the first admin:' : 'Sign in at:';
    return [...lines, '', `Deskhand is ready. ${invitation}`, '', `  ${link}`, ''].join('\n');
  });
}

const untilStopped = (call: Call): Promise<void> =>
  new Promise((resolve) => {
    const stop = (): void => resolve();
    process.once('SIGTERM', stop);
    if (process.env.npm_command !== undefined) whenParentIsGone(stop);
    if (call.signal.aborted) stop();
    else call.signal.addEventListener('abort', stop, { once: true });
  });

/** npm and npx end the shell between them and us, and that shell tells nobody. */
function whenParentIsGone(stop: () => void): void {
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    stop();
  }, PARENT_LOOK_INTERVAL_MS).unref();
}
