import type { RunQueueView } from '@deskhand/protocol/http/runs.ts';
import { ArrowCircleUp16Filled, ChevronDown16Regular, ChevronRight16Regular } from '@fluentui/react-icons';
import { Link } from '@tanstack/react-router';
import { ActionMenu, type MenuAction } from '../../ui/action-menu.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { PredictedStart } from '../../ui/predicted-start.tsx';
import { RunStateBadge } from '../../ui/run-state-badge.tsx';
import { RunningDuration, useNow } from '../../ui/time.tsx';
import { Because, Deadline } from '../../ui/wait-reason.tsx';
import { runName } from '../run/use-run-actions.tsx';

export type QueueEntry = RunQueueView['queued'][number];

interface QueueColumnOptions {
  readonly menu: (entry: QueueEntry) => readonly MenuAction[];
  readonly isOpen: (entry: QueueEntry) => boolean;
  readonly onToggle: (entry: QueueEntry) => void;
}

export function queueColumns({ menu, isOpen, onToggle }: QueueColumnOptions): readonly Column<QueueEntry>[] {
  return [
    { key: 'position', header: 'Place', width: '56px', numeric: true, cell: (entry) => entry.position },
    {
      key: 'run',
      header: 'Run',
      width: '190px',
      cell: ({ run }) => (
        <Link to="/runs/$run" params={{ run: run.id }} search={{}} className="clip" title={runName(run)}>
          {runName(run)}
        </Link>
      ),
    },
    {
      key: 'state',
      header: 'State',
      width: '128px',
      cell: ({ run }) => <RunStateBadge run={{ ...run, position: null }} />,
    },
    {
      key: 'account',
      header: 'Account',
      width: '112px',
      secondary: true,
      cell: ({ run }) => <span className="clip">{run.connection.accountName}</span>,
    },
    { key: 'priority', header: 'Priority', width: '84px', cell: (entry) => <PriorityCell entry={entry} /> },
    {
      key: 'starts',
      header: 'Starts',
      width: '128px',
      numeric: true,
      cell: ({ starts }) => <PredictedStart starts={starts} />,
    },
    {
      key: 'because',
      header: 'Why it waits',
      cell: (entry) => <BecauseCell entry={entry} open={isOpen(entry)} onToggle={() => onToggle(entry)} />,
    },
    {
      key: 'waited',
      header: 'Waited',
      width: '92px',
      numeric: true,
      cell: ({ run }) => <RunningDuration since={run.requestedAt} until={null} />,
    },
    {
      key: 'deadline',
      header: 'Must start',
      width: '108px',
      numeric: true,
      cell: (entry) => <DeadlineCell entry={entry} />,
    },
    {
      key: 'menu',
      header: 'Actions',
      quiet: true,
      width: '48px',
      cell: (entry) => (
        <div className="cell-menu">
          <ActionMenu label={`Actions for ${runName(entry.run)}`} actions={menu(entry)} />
        </div>
      ),
    },
  ];
}

function PriorityCell({ entry }: { readonly entry: QueueEntry }) {
  if (entry.run.movedToTop)
    return (
      <span className="state" data-tone="active">
        <ArrowCircleUp16Filled aria-hidden /> Top
      </span>
    );
  return (
    <span className={entry.run.priority === 'high' ? 'strong' : ''}>
      {entry.run.priority === 'high' ? 'High' : 'Normal'}
    </span>
  );
}

interface BecauseCellProps {
  readonly entry: QueueEntry;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function BecauseCell({ entry, open, onToggle }: BecauseCellProps) {
  const text = entry.because?.message ?? 'Starts as soon as it is offered.';
  return (
    <span style={{ display: 'flex', alignItems: 'center', gap: 4, minWidth: 0 }}>
      <button
        type="button"
        className="icon-button"
        aria-expanded={open}
        aria-label={`Answer of every gateway for ${runName(entry.run)}`}
        onClick={onToggle}
      >
        {open ? <ChevronDown16Regular /> : <ChevronRight16Regular />}
      </button>
      <span className="clip" title={text}>
        {entry.because ? <Because reason={entry.because} /> : text}
      </span>
    </span>
  );
}

function DeadlineCell({ entry }: { readonly entry: QueueEntry }) {
  const now = useNow();
  return <Deadline at={entry.run.startDeadlineAt} nowMs={now} />;
}
