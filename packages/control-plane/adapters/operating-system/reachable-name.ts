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

/** What to print in an address for people: where a server listens, or this machine's name when that is everywhere. */
export async function reachableName(listening: string, names: Names = ofThisMachine()): Promise<string> {
  if (!everywhere.has(listening)) return inAddress(listening);
  if (await names.resolves(names.own)) return names.own;
  return inAddress(names.addresses[0] ?? 'localhost');
}

const inAddress = (name: string): string => (name.includes(':') ? `[${name}]` : name);

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
