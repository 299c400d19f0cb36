import { runModes, type RunFilterQuery } from '@deskhand/protocol/http/runs.ts';
import { type Call, type OptionDescription, text } from '../../command.ts';
import { find } from '../../find.ts';
import { usageFailure } from '../../terminal/errors.ts';
import { parseDuration } from '../../terminal/time.ts';
import { findCluster } from '../find-cluster.ts';
import { findGateway } from '../gateways/find-gateway.ts';

/** The same words wherever runs are looked for. */
export const filterOptions: readonly OptionDescription[] = [
  { syntax: '--state <states>', description: 'only these states, separated by commas' },
  { syntax: '--flow <flow>', description: 'only runs of this desktop flow' },
  { syntax: '--connection <connection>', description: 'only runs with this connection' },
  { syntax: '--cluster <cluster>', description: 'only runs of this gateway cluster' },
  { syntax: '--gateway <gateway>', description: 'only runs on this gateway' },
  { syntax: '--mode <mode>', description: 'only runs of this mode', choices: [...runModes] },
  { syntax: '--from <time>', description: 'requested at or after: 24h for a day ago, or a date' },
  { syntax: '--to <time>', description: 'requested before: 1h for an hour ago, or a date' },
  { syntax: '--search <text>', description: 'only runs whose names hold this text' },
];

const names = ['state', 'flow', 'connection', 'cluster', 'gateway', 'mode', 'from', 'to', 'search'] as const;

export const isFilterGiven = (call: Call): boolean => names.some((name) => text(call, name) !== undefined);

/** Names become ids; what was not given is left out. */
export async function filterOf(call: Call): Promise<RunFilterQuery> {
  const given: Record<string, string> = {};
  for (const name of names) {
    const written = text(call, name);
    if (written !== undefined) given[name] = await valueOf(call, name, written);
  }
  return given as RunFilterQuery;
}

async function valueOf(call: Call, name: (typeof names)[number], written: string): Promise<string> {
  switch (name) {
    case 'from':
    case 'to':
      return timeOf(name, written);
    case 'flow':
      return find('desktop flow', written, (await (await call.api()).listFlows()).items).id;
    case 'connection':
      return find('connection', written, (await (await call.api()).listConnections()).items).id;
    case 'cluster':
      return (await findCluster(await call.api(), written)).id;
    case 'gateway':
      return (await findGateway(await call.api(), written)).id;
    default:
      return written;
  }
}

function timeOf(name: string, written: string): string {
  const back = parseDuration(written);
  const atMs = back === undefined ? Date.parse(written) : Date.now() - back;
  if (Number.isNaN(atMs))
    throw usageFailure(`"${written}" is not a time.`, `--${name} 24h, or --${name} 2026-11-23T08:00Z`);
  return new Date(atMs).toISOString();
}
