import { hostname } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { JOIN_WAIT_MAX_MS } from '@deskhand/protocol/http/joining.ts';

const MINUTE_MS = 60_000;
/** Outside the data folder, which nobody else may enter. */
const KIT_FOLDER = '/var/lib/deskhand-kit';

export const USAGE = `deskhand gateway — the program on a machine where desktop flows run

  deskhand gateway enrol --server URL --name NAME --token-stdin [options]
  deskhand gateway run [--data DIR]
  deskhand gateway confirm-join [--name NAME] [--data DIR]
  deskhand gateway key [--json] [--data DIR]
  deskhand gateway doctor [--data DIR]
  deskhand gateway restart [--data DIR]
  deskhand gateway install-service [--print] [--server URL] [--data DIR]
  deskhand gateway recovery-key --new [--data DIR]

Options of enrol
  --server URL               the server, for example https://desk.example:4680
  --name NAME                how this machine is shown; default: its host name
  --token-stdin              the enrolment token is the first line of standard input
  --recovery-key-stdin       the cluster's recovery key is the next line of standard input; without it a cluster that
                             has a key is joined by a code that is shown here and typed at a member
  --join-wait MINUTES        how long to wait for that, 15 at most; 0 does not wait and says that a key is needed
  --server-fingerprint HEX   SHA-256 of the server's certificate, as the server prints it; no other is accepted then
  --session-host KIND        linux (as root: any account) or virtual (this account only); default: by who starts it
  --try-account              offer an account for the example (as root it is made: deskhand-try, or another where that is taken)
  --data DIR                 where keys and journal are kept

Options of run
  --server URL               where the server is now, when it has moved since the machine was enrolled
  --beside-others            do not refuse when another gateway runs on this machine, to try clusters
  --supervised               whoever started this starts it again when it ends, so a restart is an end
  --kit DIR                  as root: where runners are copied so that every account can read them; default:
                             /var/lib/deskhand-kit

Options of confirm-join, on a machine that is a member: it asks for the code that the joining machine shows
  --name NAME                which machine, when several ask to join
  --server URL               where the server is now, when it has moved since the machine was enrolled

key prints the fingerprint of the cluster's key, which the command line compares before it encrypts a password.

doctor looks at this machine and prints one JSON line for each check; deskhand doctor shows them to people.
restart makes the running gateway start anew; its runs go on. install-service, as root, has systemd start the gateway with
the machine; --print only shows the unit.

When it is linked to the server, run prints one line on standard output: {"ready":true,"gatewayId":"…"}. Everything else
it has to say goes to standard error, as JSON lines. It stops on SIGTERM; runs go on and the next gateway adopts them.
`;

export type Command =
  | {
      readonly kind: 'enrol';
      readonly dataFolder: string;
      readonly serverUrl: string;
      readonly name: string;
      readonly fingerprint: string | null;
      readonly sessionHost: 'linux' | 'virtual';
      readonly readsRecoveryKey: boolean;
      readonly offersTryAccount: boolean;
      /** How long a member's person has to confirm the code; 0: nobody is asked. */
      readonly joinWaitMs: number;
    }
  | {
      readonly kind: 'run';
      readonly dataFolder: string;
      readonly besideOthers: boolean;
      readonly kitFolder: string;
      /** A restart is an end, because somebody starts the gateway again. */
      readonly isSupervised: boolean;
      /** Where the server is now, when it is no longer where the machine was enrolled. */
      readonly movedTo: string | null;
    }
  | { readonly kind: 'recovery-key'; readonly dataFolder: string }
  | { readonly kind: 'key'; readonly dataFolder: string; readonly asJson: boolean }
  | {
      readonly kind: 'confirm-join';
      readonly dataFolder: string;
      readonly name: string | null;
      readonly movedTo: string | null;
    }
  | { readonly kind: 'doctor'; readonly dataFolder: string }
  | { readonly kind: 'restart'; readonly dataFolder: string }
  | {
      readonly kind: 'install-service';
      readonly dataFolder: string;
      readonly movedTo: string | null;
      readonly isOnlyPrinted: boolean;
    }
  | { readonly kind: 'help' };

export class UsageError extends Error {}

interface Surroundings {
  readonly isRoot: boolean;
  readonly home: string;
  readonly dataHome: string | undefined;
}

const options = {
  server: { type: 'string' },
  name: { type: 'string' },
  data: { type: 'string' },
  'token-stdin': { type: 'boolean' },
  'recovery-key-stdin': { type: 'boolean' },
  'server-fingerprint': { type: 'string' },
  'session-host': { type: 'string' },
  'try-account': { type: 'boolean' },
  'beside-others': { type: 'boolean' },
  supervised: { type: 'boolean' },
  print: { type: 'boolean' },
  kit: { type: 'string' },
  new: { type: 'boolean' },
  'join-wait': { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export function parseCommand(args: readonly string[], surroundings: Surroundings): Command {
  const { values, positionals } = parsed(args);
  const [kind = 'run', ...more] = positionals;
  if (values.help || kind === 'help') return { kind: 'help' };
  if (more.length > 0) throw new UsageError(`Unexpected: ${more.join(' ')}`);
  const dataFolder = values.data ?? defaultDataFolder(surroundings);
  switch (kind) {
    case 'run':
      return {
        kind,
        dataFolder,
        besideOthers: values['beside-others'] ?? false,
        kitFolder: values.kit ?? KIT_FOLDER,
        isSupervised: values.supervised ?? false,
        movedTo: movedTo(values),
      };
    case 'confirm-join':
      return { kind, dataFolder, name: values.name ?? null, movedTo: movedTo(values) };
    case 'doctor':
    case 'restart':
      return { kind, dataFolder };
    case 'install-service':
      return { kind, dataFolder, movedTo: movedTo(values), isOnlyPrinted: values.print ?? false };
    case 'key':
      return { kind, dataFolder, asJson: values.json ?? false };
    case 'recovery-key':
      if (!values.new) throw new UsageError('A recovery key is shown only when it is made: give --new.');
      return { kind, dataFolder };
    case 'enrol':
      return enrolCommand(values, dataFolder, surroundings);
    default:
      throw new UsageError(`There is no command ${kind}.`);
  }
}

const movedTo = ({ server }: ReturnType<typeof parsed>['values']): string | null =>
  server === undefined ? null : serverAddress(server);

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function enrolCommand(values: ReturnType<typeof parsed>['values'], dataFolder: string, { isRoot }: Surroundings) {
  const sessionHost = values['session-host'] ?? (isRoot ? 'linux' : 'virtual');
  if (sessionHost !== 'linux' && sessionHost !== 'virtual') {
    throw new UsageError('--session-host is linux or virtual.');
  }
  if (sessionHost === 'linux' && !isRoot)
    throw new UsageError('Only root can sign accounts in: --session-host virtual');
  const serverUrl = serverAddress(values.server ?? '');
  if (values['server-fingerprint'] && !serverUrl.startsWith('https:'))
    throw new UsageError('A fingerprint belongs to an https:// address.');
  if (!values['token-stdin']) throw new UsageError('Give the token on standard input, with --token-stdin.');
  return {
    kind: 'enrol' as const,
    dataFolder,
    serverUrl,
    name: values.name ?? hostname(),
    fingerprint: values['server-fingerprint'] ?? null,
    sessionHost: sessionHost as 'linux' | 'virtual',
    readsRecoveryKey: values['recovery-key-stdin'] ?? false,
    offersTryAccount: values['try-account'] ?? false,
    joinWaitMs: joinWaitMs(values['join-wait']),
  };
}

function joinWaitMs(minutes: string | undefined): number {
  if (minutes === undefined) return JOIN_WAIT_MAX_MS;
  const waitMs = Number(minutes) * MINUTE_MS;
  if (minutes.trim() === '' || !(waitMs >= 0 && waitMs <= JOIN_WAIT_MAX_MS))
    throw new UsageError(`--join-wait is a number of minutes, from 0 to ${JOIN_WAIT_MAX_MS / MINUTE_MS}.`);
  return Math.round(waitMs);
}

function serverAddress(server: string): string {
  if (!/^https?:\/\//.test(server) || !URL.canParse(server)) throw new UsageError('Give the server: --server URL');
  if (!isSafeWay(server))
    throw new UsageError('Off this machine the server speaks TLS only: give its https:// address.');
  return server.replace(/\/+$/, '');
}

/** The token and the link must not pass a network in the clear. */
function isSafeWay(server: string): boolean {
  const { protocol, hostname } = new URL(server);
  return protocol === 'https:' || hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

function defaultDataFolder({ isRoot, home, dataHome }: Surroundings): string {
  if (isRoot) return '/var/lib/deskhand-gateway';
  return join(dataHome ?? join(home, '.local', 'share'), 'deskhand-gateway');
}
