import type { AttemptOf, GatewayLinkStore } from './ports/gateway-links.ts';
import type { PlanCommit, RunQueueStore } from './ports/run-queue.ts';
import type { RunStore } from './ports/runs.ts';
import type { DeadlineStore } from './ports/sweeps.ts';

interface Logged {
  readonly links: GatewayLinkStore;
  readonly queue: RunQueueStore;
  readonly runs: RunStore;
  readonly deadlines: DeadlineStore;
}
interface RunLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/** One line for each step of a run that was committed here, with run and attempt, so that a run is found in every log. */
export function loggedStores<S extends Logged>(stores: S, log: RunLog): S {
  const { links, queue, runs, deadlines } = stores;
  const committed = <Answer extends PlanCommit | undefined>(clusterId: string, answer: Answer): Answer => {
    if (answer?.ok === true)
      for (const { runId, attempt, gatewayId } of answer.offered)
        log.info({ runId, attempt, gatewayId, clusterId }, 'A run was offered');
    return answer;
  };
  return {
    ...stores,
    links: {
      ...links,
      acquire: async (of, journal) => {
        const answer = await links.acquire(of, journal);
        if (answer.moved) log.info(nameOf(of), 'A run was acquired');
        return answer;
      },
      returnOffer: async (of, event, detail) => {
        const returned = await links.returnOffer(of, event, detail);
        if (returned !== undefined) log.info({ ...nameOf(of), event, because: detail }, 'An offer came back');
        return returned;
      },
      release: async (of, because) => {
        const returned = await links.release(of, because);
        log.info({ ...nameOf(of), because }, 'A run was given back before it started');
        return returned;
      },
      end: async (of, result, ...rest) => {
        const did = await links.end(of, result, ...rest);
        const facts = { ...nameOf(of), state: result.state, code: result.error?.code };
        if (did === 'ended') log.info(facts, 'A run ended');
        else if (did === 'late') log.warn(facts, 'The end of an uncertain run was reported late');
        return did;
      },
      lose: async (of, error, loss) => {
        const isLost = await links.lose(of, error, loss);
        if (isLost) log.warn({ ...nameOf(of), because: error.message }, 'A run became uncertain');
        return isLost;
      },
      takeJournalState: async (of, journalId, isRunning) => {
        const did = await links.takeJournalState(of, journalId, isRunning);
        if (did === 'taken') log.warn(nameOf(of), 'A run took the state that its gateway’s journal gives it');
        return did;
      },
    },
    queue: {
      ...queue,
      commit: async (plan) => committed(plan.clusterId, await queue.commit(plan)),
      commitLocked: async (clusterId, planOf) => committed(clusterId, await queue.commitLocked(clusterId, planOf)),
    },
    runs: {
      ...runs,
      add: async (...given) => {
        const answer = await runs.add(...given);
        const [run, , , , , offer] = given;
        if (answer !== 'judge-again' && answer.offeredAt !== null)
          log.info({ runId: run.id, attempt: 1, gatewayId: offer?.gatewayId }, 'A run was offered');
        return answer;
      },
      cancel: async (runId, ...rest) => {
        const answer = await runs.cancel(runId, ...rest);
        if (answer.did === 'cancelled' || answer.did === 'cancelling')
          log.info({ runId, attempt: answer.attempt, did: answer.did }, 'A run was cancelled');
        return answer;
      },
      cancelMany: async (...given) => {
        const cancelled = await runs.cancelMany(...given);
        for (const { id: runId, answer } of cancelled)
          if (answer.did !== 'nothing')
            log.info({ runId, attempt: answer.attempt, did: answer.did }, 'A run was cancelled');
        return cancelled;
      },
    },
    deadlines: {
      ...deadlines,
      expire: async (run, error, answers) => {
        const isExpired = await deadlines.expire(run, error, answers);
        const { runId, attempt } = run;
        if (isExpired) log.info({ runId, attempt, because: error.message }, 'A run waited past its deadline');
        return isExpired;
      },
    },
  };
}

const nameOf = ({ runId, attempt, gatewayId }: AttemptOf) => ({ runId, attempt, gatewayId });
