import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isRoot } from './adapters/operating-system/privileges.ts';

export const PORT_DEFAULT = 4680;

const commands = ['serve', 'setup-code', 'reset-password', 'backup', 'restore'] as const;

export interface ServerConfig {
  readonly command: (typeof commands)[number];
  readonly host: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly databaseUrl: string | undefined;
  readonly certificate: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** Started by `deskhand up`: speaks with its parent over standard input and output, and ends with it. */
  readonly isControlled: boolean;
  readonly email: string | undefined;
  /** Of a restore: only reads the file. */
  readonly checksOnly: boolean;
  /** Of a restore: what the database holds now may go. */
  readonly replaces: boolean;
  /** Descriptor on which the manifest is told as one JSON line. */
  readonly summaryTo: number | undefined;
  /** Addresses and networks whose word about whom they pass on is taken: the load balancer's. */
  readonly trustedProxies: readonly string[];
}

/** Flags first, then environment, then defaults; nothing is read from anywhere else. */
export function readConfig(argv: readonly string[], env: NodeJS.ProcessEnv): ServerConfig {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      host: { type: 'string' },
      port: { type: 'string' },
      data: { type: 'string' },
      'tls-cert': { type: 'string' },
      'tls-key': { type: 'string' },
      email: { type: 'string' },
      controlled: { type: 'boolean' },
      check: { type: 'boolean' },
      replace: { type: 'boolean' },
      'summary-to': { type: 'string' },
    },
  });
  const word = positionals[0] ?? 'serve';
  const command = commands.find((known) => known === word);
  if (command === undefined) throw new Error(`Unknown command ${word}.`);
  const certFile = values['tls-cert'] ?? env.DESKHAND_TLS_CERT;
  const keyFile = values['tls-key'] ?? env.DESKHAND_TLS_KEY;
  if (Boolean(certFile) !== Boolean(keyFile))
    throw new Error('A certificate needs both of its files: --tls-cert FILE --tls-key FILE.');
  return {
    command,
    host: values.host ?? env.DESKHAND_HOST ?? '127.0.0.1',
    port: portOf(values.port ?? env.DESKHAND_PORT),
    dataFolder: absolute(values.data ?? env.DESKHAND_DATA ?? defaultDataFolder(env)),
    databaseUrl: env.DATABASE_URL,
    certificate: certFile && keyFile ? { certFile: absolute(certFile), keyFile: absolute(keyFile) } : undefined,
    isControlled: values.controlled ?? false,
    email: values.email,
    checksOnly: values.check ?? false,
    replaces: values.replace ?? false,
    summaryTo: values['summary-to'] === undefined ? undefined : Number(values['summary-to']),
    trustedProxies: proxiesOf(env.DESKHAND_TRUSTED_PROXIES),
  };
}

function portOf(text: string | undefined): number {
  if (text === undefined) return PORT_DEFAULT;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`${text} is not a port; give a number from 0 to 65535.`);
  return port;
}

/** A mistake here would let strangers write whose address is counted, so nothing is guessed. */
function proxiesOf(text = ''): readonly string[] {
  const proxies = text.split(',').flatMap((one) => one.trim() || []);
  const wrong = proxies.find((one) => !isAddressOrNetwork(one));
  if (wrong === undefined) return proxies;
  throw new Error(`${wrong} in DESKHAND_TRUSTED_PROXIES is neither an address nor a network such as 10.0.0.0/24.`);
}

function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const bitsMax = { 0: -1, 4: 32, 6: 128 }[isIP(address) as 0 | 4 | 6];
  return (
    bitsMax > 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax))
  );
}

function defaultDataFolder(env: NodeJS.ProcessEnv): string {
  if (isRoot()) return '/var/lib/deskhand';
  return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'deskhand');
}

const absolute = (path: string): string => (isAbsolute(path) ? path : resolve(path));

/** Off loopback the control plane speaks TLS only (DESIGN §8). */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
