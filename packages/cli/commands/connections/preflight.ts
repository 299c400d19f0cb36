import { setTimeout as pause } from 'node:timers/promises';
import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import type { MemberPreflight, Preflight } from '@deskhand/protocol/http/preflight.ts';
import { argument, type Call, type Command, flag } from '../../command.ts';
import { sign } from '../../terminal/terminal.ts';
import { findConnection } from './find-connection.ts';

const LOOK_INTERVAL_MS = 500;
/** Members are asked one after another, and a hundred that answer are done by then. */
const WAIT_MAX_MS = 600_000;

export const preflight: Command = {
  name: 'connections preflight',
  summary: 'Check on every gateway that the account of a connection may sign in.',
  arguments: [{ syntax: '<connection>', description: 'name or id' }],
  options: [{ syntax: '--wait', description: 'until every gateway has answered' }],
  examples: [
    'deskhand connections preflight kiosk --wait',
    'deskhand connections preflight kiosk --wait --json=members',
  ],
  exitCodes: [0, 1, 4, 5, 7, 8],
  run: async (call) => {
    const api = await call.api();
    const connection = await findConnection(api, argument(call, 0));
    const begun = await api.beginPreflight({ params: { id: connection.id } });
    const found = flag(call, 'wait') ? await over(call, api, begun) : begun;
    call.output.one(found, () => asText(call, found));
    if (found.members.some(({ verdict }) => verdict === 'no')) return 1;
    return flag(call, 'wait') && found.state === 'under-way' ? 8 : 0;
  },
};

async function over(call: Call, api: ApiClient, begun: Preflight): Promise<Preflight> {
  let found = begun;
  const until = performance.now() + WAIT_MAX_MS;
  while (found.state === 'under-way' && performance.now() < until) {
    await pause(LOOK_INTERVAL_MS, undefined, { signal: call.signal });
    found = await api.getPreflight({ params: { id: begun.connectionId } });
  }
  return found;
}

function asText(call: Call, { members, state }: Preflight): string {
  if (members.length === 0) return 'The cluster of this connection has no gateways.';
  const width = Math.max(...members.map(({ gatewayName }) => gatewayName.length));
  const lines = members.map((member) => memberAsText(call, member, width));
  return state === 'under-way'
    ? [...lines, 'The check goes on; look again, or use --wait.'].join('\n')
    : lines.join('\n');
}

function memberAsText(
  call: Call,
  { gatewayName, verdict, sentence, fix, mender }: MemberPreflight,
  width: number,
): string {
  const mark = verdict === 'open' ? '?' : sign(call.terminal, verdict === 'yes');
  const line = `${mark} ${gatewayName.padEnd(width)}  ${sentence}`;
  return fix === '' ? line : `${line}\n  try (${menders[mender]}): ${fix}`;
}

const menders: Readonly<Record<MemberPreflight['mender'], string>> = {
  'owner-of-connection': 'owner of the connection',
  'admin-of-machine': 'admin of the machine',
  'admin-of-cluster': 'admin of the cluster',
  nobody: 'nobody',
};
