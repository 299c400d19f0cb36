import { holdingsOf } from '@deskhand/domain/capacity/holdings.ts';
import { accountOnMachine, parseAccountName } from '@deskhand/domain/connection/account-name.ts';
import { canStartHere } from '@deskhand/domain/placement/can-start-here.ts';
import { declined } from '@deskhand/domain/placement/decline-memory.ts';
import { no, type Verdict } from '@deskhand/domain/placement/reasons.ts';
import type { RunId } from '@deskhand/domain/brand.ts';
import type { MachineFacts } from '@deskhand/domain/session/machine.ts';
import type { WorkOrder } from '../ports/link.ts';
import { keyOf, nameOf } from './attempt-record.ts';
import { JournalFault } from '../ports/journal.ts';
import type { Core } from './core.ts';
import type { MachineLock } from './machine-lock.ts';

export type Offer = Extract<WorkOrder, { type: 'offer' }>;

/** More at once would only fill memory: a machine has far fewer slots. */
export const OFFERS_WAITING_MAX = 200;

/**
 * The machine's last word on an offer: the rules once more, on facts read now, while nobody else decides (DESIGN §6). A
 * run that passes holds its slot and account from this moment.
 */
export async function judgeOffer(core: Core, lock: MachineLock, offer: Offer): Promise<void> {
  await lock.hold(async () => {
    if (core.book.get(offer) !== undefined || core.acquiring.has(keyOf(offer))) return;
    const facts = await core.machine.refresh();
    const verdict = intend(core, offer, verdictOn(core, offer, facts));
    const about = { runId: offer.runId, attempt: offer.attempt, factsVersion: facts.version };
    if (!verdict.ok) {
      core.link.send({ type: 'decline', ...about, because: verdict.because });
      return;
    }
    const user = userOf(offer.accountName) ?? offer.accountName;
    core.acquiring.set(keyOf(offer), { runId: offer.runId, attempt: offer.attempt, user, mode: offer.mode });
    const journal = { journalId: core.journal.id, journalPosition: core.journal.position() };
    const isSaid = core.link.send({ type: 'acquire', ...about, ...journal });
    if (!isSaid) core.acquiring.delete(keyOf(offer));
  });
}

/**
 * On disk before the server is asked, so that what an earlier copy of this machine would present lies behind what the
 * asking tells, whatever the server hears of this attempt afterwards (decision 10).
 */
function intend(core: Core, offer: Offer, verdict: Verdict): Verdict {
  if (!verdict.ok) return verdict;
  try {
    core.book.record({ type: 'acquiring', ...nameOf(offer) });
    return verdict;
  } catch (error) {
    if (!(error instanceof JournalFault)) throw error;
    return unwritable(error.message);
  }
}

const unwritable = (fault: string): Verdict => no(declined(`The gateway’s journal cannot be written: ${fault}`));

function verdictOn(core: Core, offer: Offer, facts: MachineFacts): Verdict {
  const fault = core.journal.fault();
  if (fault !== null) return unwritable(fault);
  const user = userOf(offer.accountName);
  if (user === undefined) return no(declined(`${offer.accountName} is not an account name that a machine could know.`));
  const holdings = holdingsOf(offer.policy, facts, runsInHand(core));
  return canStartHere({ policy: offer.policy, limit: offer.capacity, facts }, holdings, { user, mode: offer.mode });
}

export function userOf(accountName: string): string | undefined {
  const parsed = parseAccountName(accountName);
  return parsed.ok ? accountOnMachine(accountName) : undefined;
}

/** Everything that holds a slot or an account, from the acquire until its sign-out is complete. */
function runsInHand(core: Core) {
  const unfinished = core.book.unsettled().filter((record) => record.phase !== 'ended');
  return [...core.acquiring.values(), ...unfinished.map((record) => record.facts)].map((run) => ({
    id: run.runId as RunId,
    user: run.user,
    mode: run.mode,
  }));
}
