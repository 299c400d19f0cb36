import type { Run } from '@deskhand/protocol/http/runs.ts';
import { ArrowDown20Regular, ArrowUp20Regular, Dismiss20Regular, Flag20Regular } from '@fluentui/react-icons';
import { useQueryClient } from '@tanstack/react-query';
import type { KeyboardEvent } from 'react';
import { api } from '../../api/client.ts';
import { useMe, useWhyNotAllowed } from '../../app/me.tsx';
import type { MenuAction } from '../../ui/action-menu.tsx';
import { formatCount } from '../../ui/format.ts';
import { noticeDone, noticeRefused } from '../../ui/notices.tsx';
import { runName, whyNotRun } from '../run/use-run-actions.tsx';
import type { Drop, SteerRights } from './queue-drop.ts';

interface QueueMovesOptions {
  readonly clusterId: string;
  readonly maySteer: boolean;
  /** The person moved something, so the new order is shown at once. */
  readonly onMoved: () => void;
}

const notSteering = 'Only admins, operators and the owner of the gateway cluster change the order of its run queue.';

/** The verbs that change the order of a run queue, by menu and by keyboard. */
export function useQueueMoves({ clusterId, maySteer, onMoved }: QueueMovesOptions) {
  const cache = useQueryClient();
  const me = useMe();
  const whyNotOrder = useWhyNotAllowed('queue.order');
  const whyNot = whyNotOrder ?? (maySteer ? null : notSteering);

  const refresh = async () => {
    onMoved();
    await cache.invalidateQueries({ queryKey: ['run-queue', clusterId] });
  };

  const undo = async (runs: readonly Run[]) => {
    try {
      const view = await api.undoMoves({ params: { id: clusterId }, body: { runs: runs.map((run) => run.id) } });
      onMoved();
      cache.setQueryData(['run-queue', clusterId], view);
    } catch (error) {
      noticeRefused('The move was not undone.', error);
    }
  };

  const toTop = async (runs: readonly Run[]) => {
    try {
      const view = await api.moveToTop({ params: { id: clusterId }, body: { runs: runs.map((run) => run.id) } });
      onMoved();
      cache.setQueryData(['run-queue', clusterId], view);
      const what = runs.length === 1 && runs[0] ? runName(runs[0]) : formatCount(runs.length, 'run');
      noticeDone(`Moved ${what} to the top.`, () => void undo(runs));
    } catch (error) {
      noticeRefused('The order was not changed.', error);
    }
  };

  const setPriority = async (run: Run, priority: Run['priority']) => {
    try {
      await api.setPriority({ params: { id: run.id }, body: { priority } });
      noticeDone(`${runName(run)} has ${priority} priority.`, () => void setPriority(run, run.priority));
      await refresh();
    } catch (error) {
      noticeRefused('The priority was not changed.', error);
    }
  };

  const rightsOf = (run: Run): SteerRights => ({
    order: whyNot,
    priority: run.submittedBy.id === me.id ? whyNotOrder : whyNot,
  });

  const drop = (run: Run, wanted: Extract<Drop, { ok: true }>) => {
    if (wanted.verb === 'setPriority') void setPriority(run, wanted.priority);
    else if (wanted.verb === 'moveToTop') void toTop([run]);
    else void undo([run]);
  };

  const menu = (run: Run, cancel: (run: Run) => Promise<void>): readonly MenuAction[] => {
    const other = run.priority === 'high' ? 'normal' : 'high';
    return [
      {
        label: 'Move to top',
        icon: <ArrowUp20Regular />,
        keys: 'Alt+↑',
        onSelect: () => void toTop([run]),
        disabledReason: whyNot ?? whyNotRun(run, 'moveToTop'),
      },
      {
        label: 'Undo move',
        icon: <ArrowDown20Regular />,
        keys: 'Alt+↓',
        onSelect: () => void undo([run]),
        disabledReason: whyNot ?? whyNotRun(run, 'undoMove'),
      },
      {
        label: `Set priority to ${other}`,
        icon: <Flag20Regular />,
        onSelect: () => void setPriority(run, other),
        disabledReason: rightsOf(run).priority ?? whyNotRun(run, 'setPriority'),
      },
      {
        label: 'Cancel run',
        icon: <Dismiss20Regular />,
        onSelect: () => void cancel(run),
        disabledReason: whyNotRun(run, 'cancel'),
        divided: true,
      },
    ];
  };

  const onKey = (event: KeyboardEvent, run: Run) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    const verb = event.key === 'ArrowUp' ? 'moveToTop' : 'undoMove';
    const reason = whyNot ?? whyNotRun(run, verb);
    if (reason !== null) noticeDone(reason);
    else if (verb === 'moveToTop') void toTop([run]);
    else void undo([run]);
  };

  return { whyNot, toTop, menu, onKey, rightsOf, drop };
}
