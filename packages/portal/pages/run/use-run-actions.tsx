import type { RunVerb } from '@deskhand/domain/run/run-can.ts';
import { whyNot } from '@deskhand/domain/run/run-can.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import {
  ArrowRepeatAll20Regular,
  Dismiss20Regular,
  EditArrowBack20Regular,
  Open20Regular,
} from '@fluentui/react-icons';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useRef, useState } from 'react';
import { api, isProblem } from '../../api/client.ts';
import { useWhyNotAllowed } from '../../app/me.tsx';
import type { MenuAction } from '../../ui/action-menu.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { noticeDone, noticeRefused } from '../../ui/notices.tsx';

/** Whether the state of a run allows a verb: the same function that the server asks. */
export const whyNotRun = (run: Run, verb: RunVerb): string | null =>
  whyNot({ state: run.state, topRank: run.movedToTop ? 1 : null }, verb);

export const runName = (run: Run): string => `${run.flow.name} ${run.requestNumber}`;

interface ResubmitChoice {
  readonly version?: 'current' | 'original';
  readonly acceptUncertain?: boolean;
}

interface RunActions {
  readonly whyNotSubmit: string | null;
  readonly cancel: (run: Run) => Promise<void>;
  readonly resubmit: (run: Run, choice?: ResubmitChoice) => Promise<void>;
  readonly resubmitMenu: (run: Run) => readonly MenuAction[];
  readonly menu: (run: Run) => readonly MenuAction[];
  readonly dialog: ReactNode;
}

/** What a person can do with a run, wherever runs are listed. */
export function useRunActions(): RunActions {
  const navigate = useNavigate();
  const cache = useQueryClient();
  const whyNotSubmit = useWhyNotAllowed('run.submit');
  const [uncertain, setUncertain] = useState<{ run: Run; choice: ResubmitChoice } | null>(null);
  const busy = useRef(new Set<string>());

  const once = async (run: Run, act: () => Promise<void>) => {
    if (busy.current.has(run.id)) return;
    busy.current.add(run.id);
    try {
      await act();
      await Promise.all(
        ['runs', 'run', 'home', 'run-queue'].map((key) => cache.invalidateQueries({ queryKey: [key] })),
      );
    } finally {
      busy.current.delete(run.id);
    }
  };

  const cancel = (run: Run) =>
    once(run, async () => {
      try {
        await api.cancelRun({ params: { id: run.id } });
        noticeDone(`Cancelling ${runName(run)}.`);
      } catch (error) {
        noticeRefused(`${runName(run)} was not cancelled.`, error);
      }
    });

  const resubmit = (run: Run, choice: ResubmitChoice = {}) =>
    once(run, async () => {
      try {
        const made = await api.resubmitRun({
          params: { id: run.id },
          body: choice,
          idempotencyKey: crypto.randomUUID(),
        });
        noticeDone(`Resubmitted as ${runName(made)}, version ${made.flow.version}.`);
      } catch (error) {
        if (isProblem(error, 'uncertain-needs-confirmation')) setUncertain({ run, choice });
        else noticeRefused(`${runName(run)} was not resubmitted.`, error);
      }
    });

  const resubmitMenu = (run: Run): readonly MenuAction[] => {
    const disabledReason = whyNotSubmit ?? whyNotRun(run, 'resubmit');
    return [
      {
        label: 'Resubmit',
        icon: <ArrowRepeatAll20Regular />,
        onSelect: () => void resubmit(run),
        disabledReason,
      },
      {
        label: `Resubmit original version ${run.flow.version}`,
        icon: <ArrowRepeatAll20Regular />,
        onSelect: () => void resubmit(run, { version: 'original' }),
        disabledReason,
      },
      {
        label: 'Resubmit with changed inputs…',
        icon: <EditArrowBack20Regular />,
        onSelect: () => void navigate({ to: '/runs/new', search: { from: run.id } }),
        disabledReason,
      },
    ];
  };

  const menu = (run: Run): readonly MenuAction[] => [
    ...resubmitMenu(run),
    {
      label: 'Cancel run',
      icon: <Dismiss20Regular />,
      onSelect: () => void cancel(run),
      disabledReason: whyNotSubmit ?? whyNotRun(run, 'cancel'),
      divided: true,
    },
    {
      label: 'Open run',
      icon: <Open20Regular />,
      onSelect: () => void navigate({ to: '/runs/$run', params: { run: run.id } }),
    },
  ];

  const dialog = uncertain && (
    <ConfirmDialog
      title={`Resubmit ${runName(uncertain.run)}?`}
      confirmLabel="Resubmit run"
      onClose={() => setUncertain(null)}
      onConfirm={() => void resubmit(uncertain.run, { ...uncertain.choice, acceptUncertain: true })}
    >
      <p>
        How this run ended is not known: its gateway has not reported back. It may have done all of its work, some of
        it, or may still be at it. A second run can do the same work twice.
      </p>
    </ConfirmDialog>
  );
  return { whyNotSubmit, cancel, resubmit, resubmitMenu, menu, dialog };
}
