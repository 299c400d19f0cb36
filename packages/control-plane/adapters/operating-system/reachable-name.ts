import { lookup } from 'node:dns/promises';
import { hostname, networkInterfaces } from 'node:os';

/** Addresses that mean all addresses: a server listens there, and nobody can go there. */
const everywhere: ReadonlySet<string> = new Set(['0.0.0.0', '::', '[::]']);

interface Names {
  readonly own: string;
  readonly resolves: (name: string) => Promise<boolean>;
  /** Addresses that others can reach. */
  readonly addresses: readonly string[];
}

/** The host to print in an address for people: where a server listens, or this machine's name when that is everywhere. */
export async function reachableName(host: string, names: Names = ofThisMachine()): Promise<string> {
  if (!everywhere.has(host)) return inAddress(host);
  if (await names.resolves(names.own)) return names.own;
  return inAddress(names.addresses[0] ?? 'localhost');
}

const inAddress = (host: string): string => (host.includes(':') ? `[${host}]` : host);

function ofThisMachine(): Names {
  const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return {
    own: hostname(),
    resolves: async (name) =>
      await lookup(name).then(
        () => true,
        () => false,
      ),
    addresses: all.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address),
  };
}
