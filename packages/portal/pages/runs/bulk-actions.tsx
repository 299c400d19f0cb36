import type { Run, RunFilterQuery } from '@deskhand/protocol/http/runs.ts';
import { Button } from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { runCountQuery } from '../../api/queries.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { formatCount } from '../../ui/format.ts';
import { noticeRefused } from '../../ui/notices.tsx';
import { whyNotRun } from '../run/use-run-actions.tsx';
import { type CountedRuns, countRuns, type ManyVerb, steerMany } from './steer-many.ts';

interface BulkActionsProps {
  readonly runs: readonly Run[];
  /** What the list is narrowed by; null when it shows every run, which is never meant as a whole. */
  readonly filter: RunFilterQuery | null;
  readonly whyNotSubmit: string | null;
  readonly onDone: () => void;
}

/** The same verbs for many runs: those that are selected, or all that match the filter, on whichever page they are. */
export function BulkActions({ runs, filter, whyNotSubmit, onDone }: BulkActionsProps) {
  const cache = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [isAll, setIsAll] = useState(false);
  const [asked, setAsked] = useState<CountedRuns | null>(null);
  const all = useQuery({ ...runCountQuery(filter ?? {}), enabled: filter !== null });
  const matching = filter === null ? 0 : (all.data?.count ?? 0);
  const whileBusy = async (work: () => Promise<void>) => {
    setBusy(true);
    await work();
    setBusy(false);
  };
  const steer = (verb: ManyVerb, selection: Parameters<typeof steerMany>[1]) =>
    whileBusy(async () => {
      await steerMany(verb, selection);
      onDone();
      await cache.invalidateQueries({ queryKey: ['runs'] });
    });
  const press = (verb: ManyVerb) => {
    if (!isAll || filter === null) return void steer(verb, { runs: runs.map(({ id }) => id) });
    // Counted for the verb at this moment: what is confirmed is what is done.
    void whileBusy(async () => {
      try {
        setAsked(await countRuns(verb, filter));
      } catch (error) {
        noticeRefused('The runs were not counted.', error);
      }
    });
  };
  const whyNot = (verb: ManyVerb) => whyNotSubmit ?? (isAll ? null : whyNotAll(runs, verb));
  return (
    <div className="bulk-bar" role="toolbar" aria-label="Actions for the selected runs">
      <span className="strong">
        {isAll ? `All ${formatCount(matching, 'run')} that match` : `${formatCount(runs.length, 'run')} selected`}
      </span>
      {!isAll && matching > runs.length && (
        <Button appearance="subtle" onClick={() => setIsAll(true)}>
          Select all {formatCount(matching, 'run')} that match the filter
        </Button>
      )}
      <ActionButton busy={busy} disabledReason={whyNot('resubmit')} onClick={() => press('resubmit')}>
        Resubmit runs
      </ActionButton>
      <ActionButton busy={busy} disabledReason={whyNot('cancel')} onClick={() => press('cancel')}>
        Cancel runs
      </ActionButton>
      <Button appearance="subtle" onClick={onDone}>
        Clear selection
      </Button>
      {asked && (
        <AskFirst
          asked={asked}
          onClose={() => setAsked(null)}
          onConfirm={() => void steer(asked.verb, { filter: asked.filter, upTo: asked.upTo })}
        />
      )}
    </div>
  );
}

interface AskFirstProps {
  readonly asked: CountedRuns;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}

function AskFirst({ asked: { verb, count }, onClose, onConfirm }: AskFirstProps) {
  const what = verb === 'cancel' ? 'Cancel' : 'Resubmit';
  return (
    <ConfirmDialog
      title={`${what} ${formatCount(count, 'run')}?`}
      confirmLabel={`${what} runs`}
      onClose={onClose}
      onConfirm={onConfirm}
    >
      <p>
        {verb === 'cancel'
          ? 'These are the runs of the filter that have not ended. Those on a machine are asked to end there.'
          : 'These are the runs of the filter that have ended. Each is submitted again with the flow as it is now.'}{' '}
        Runs that are requested from now on are left alone.
      </p>
    </ConfirmDialog>
  );
}

/** Disabled only when no selected run could do it; a mixed selection gets a mixed answer. */
function whyNotAll(runs: readonly Run[], verb: ManyVerb): string | null {
  const reasons = runs.map((run) => whyNotRun(run, verb));
  return reasons.every((reason) => reason !== null) ? (reasons[0] ?? null) : null;
}
