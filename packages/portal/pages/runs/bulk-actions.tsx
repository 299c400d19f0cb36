import type { Run } from '@deskhand/protocol/http/runs.ts';
import { Button } from '@fluentui/react-components';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { formatCount } from '../../ui/format.ts';
import { noticeDone, noticeRefused } from '../../ui/notices.tsx';
import { whyNotRun } from '../run/use-run-actions.tsx';

interface BulkActionsProps {
  readonly runs: readonly Run[];
  readonly whyNotSubmit: string | null;
  readonly onDone: () => void;
}

/** The same verbs for many runs; each run gets its own answer and the sum is told. */
export function BulkActions({ runs, whyNotSubmit, onDone }: BulkActionsProps) {
  const cache = useQueryClient();
  const [busy, setBusy] = useState(false);
  const forEach = async (done: string, act: (run: Run) => Promise<unknown>) => {
    setBusy(true);
    const answers = await Promise.allSettled(runs.map(act));
    const refused = answers.filter((answer) => answer.status === 'rejected');
    const worked = answers.length - refused.length;
    if (worked > 0) noticeDone(`${formatCount(worked, 'run')} ${done}.`);
    if (refused[0]) noticeRefused(`${formatCount(refused.length, 'run')} refused.`, refused[0].reason);
    setBusy(false);
    onDone();
    await cache.invalidateQueries({ queryKey: ['runs'] });
  };
  const resubmit = (run: Run) =>
    api.resubmitRun({ params: { id: run.id }, body: {}, idempotencyKey: crypto.randomUUID() });
  return (
    <div className="bulk-bar" role="toolbar" aria-label="Actions for the selected runs">
      <span className="strong">{formatCount(runs.length, 'run')} selected</span>
      <ActionButton
        busy={busy}
        disabledReason={whyNotSubmit ?? whyNotAll(runs, 'resubmit')}
        onClick={() => void forEach('resubmitted', resubmit)}
      >
        Resubmit runs
      </ActionButton>
      <ActionButton
        busy={busy}
        disabledReason={whyNotSubmit ?? whyNotAll(runs, 'cancel')}
        onClick={() => void forEach('asked to cancel', (run) => api.cancelRun({ params: { id: run.id } }))}
      >
        Cancel runs
      </ActionButton>
      <Button appearance="subtle" onClick={onDone}>
        Clear selection
      </Button>
    </div>
  );
}

/** Disabled only when no selected run could do it; a mixed selection gets a mixed answer. */
function whyNotAll(runs: readonly Run[], verb: 'cancel' | 'resubmit'): string | null {
  const reasons = runs.map((run) => whyNotRun(run, verb));
  return reasons.every((reason) => reason !== null) ? (reasons[0] ?? null) : null;
}
