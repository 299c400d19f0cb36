import { memberAvailability } from '@deskhand/domain/gateway/member-availability.ts';
import { canStartHere } from '@deskhand/domain/placement/can-start-here.ts';
import type { Verdict } from '@deskhand/domain/placement/reasons.ts';
import { standingOf } from '@deskhand/protocol/http/gateway-standing.ts';
import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { factsBeside } from './seed-machines.ts';
import type { World } from './world.ts';

interface Asked {
  readonly accountName: string;
  readonly mode: Run['mode'];
}

/** What a gateway of the simulated world says to a run, by the rules that the server and the gateways ask. */
export function answerOf(world: World, gateway: Gateway, { accountName, mode }: Asked): Verdict {
  const standing = memberAvailability(standingOf(gateway));
  const { machine } = gateway;
  if (!standing.ok || machine === null) return standing;
  const facts = { ...machine, ...factsBeside };
  const here = world.runs.filter((run) => run.gateway?.id === gateway.id && isOnMachine(run));
  const holdings = {
    slotsHeld: here.filter((run) => run.mode === 'unattended').length,
    slotsOfPeople: machine.sessions.filter((session) => !session.ours).length,
    busyUsers: new Set(here.map((run) => userOf(run.connection.accountName))),
  };
  const user = userOf(accountName);
  return canStartHere({ policy: machine.policy, limit: machine.sessionLimit, facts }, holdings, { user, mode });
}

const isOnMachine = ({ state }: Run): boolean => ['starting', 'running', 'cancelling'].includes(state);

/** `SERVER\alice` and `alice@corp.example` are alice on the machine. */
const userOf = (accountName: string): string =>
  (accountName.split('\\').at(-1) ?? '').replace(/@.*$/, '').toLowerCase();
