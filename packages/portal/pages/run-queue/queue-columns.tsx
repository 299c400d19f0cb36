import type { RunQueueView } from '@deskhand/protocol/http/runs.ts';
import { ChevronDown16Regular, ChevronRight16Regular, ReOrderDotsVertical16Regular } from '@fluentui/react-icons';
import { Link } from '@tanstack/react-router';
import type { HTMLAttributes } from 'react';
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
  /** Null for a run that the person may not move. */
  readonly handle: (entry: QueueEntry) => HTMLAttributes<HTMLElement> | null;
}

export function queueColumns(options: QueueColumnOptions): readonly Column<QueueEntry>[] {
  const { menu, isOpen, onToggle, handle } = options;
  return [
    {
      key: 'place',
      header: 'Place',
      width: '64px',
      cell: (entry) => <PlaceCell entry={entry} handle={handle(entry)} />,
    },
    { key: 'run', header: 'Run', width: '208px', cell: (entry) => <RunCell entry={entry} /> },
    {
      key: 'state',
      header: 'State',
      width: '120px',
      cell: ({ run }) => <RunStateBadge run={{ ...run, position: null }} />,
    },
    {
      key: 'starts',
      header: 'Starts',
      width: '136px',
      numeric: true,
      cell: ({ starts }) => <PredictedStart starts={starts} />,
    },
    {
      key: 'because',
      header: 'Why it waits',
      cell: (entry) => <BecauseCell entry={entry} open={isOpen(entry)} onToggle={() => onToggle(entry)} />,
    },
    {
      key: 'deadline',
      header: 'Must start',
      width: '104px',
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

interface PlaceCellProps {
  readonly entry: QueueEntry;
  readonly handle: HTMLAttributes<HTMLElement> | null;
}

/** The handle is for a pointer; the menu of the row and Alt with an arrow do the same. */
function PlaceCell({ entry, handle }: PlaceCellProps) {
  return (
    <span className="place">
      {handle && (
        <span className="drag-handle" title="Drag to another part of the queue" aria-hidden {...handle}>
          <ReOrderDotsVertical16Regular />
        </span>
      )}
      <span className="num">{entry.position}</span>
    </span>
  );
}

function RunCell({ entry: { run } }: { readonly entry: QueueEntry }) {
  return (
    <>
      <Link to="/runs/$run" params={{ run: run.id }} search={{}} className="clip" title={runName(run)}>
        {runName(run)}
      </Link>
      <span className="clip small faint">
        {run.connection.accountName} · waited <RunningDuration since={run.requestedAt} until={null} />
      </span>
    </>
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
    <span className="why-cell">
      <button
        type="button"
        className="icon-button"
        aria-expanded={open}
        aria-label={`Answer of every gateway for ${runName(entry.run)}`}
        onClick={onToggle}
      >
        {open ? <ChevronDown16Regular /> : <ChevronRight16Regular />}
      </button>
      <span className="two-lines" title={text}>
        {entry.because ? <Because reason={entry.because} /> : text}
      </span>
    </span>
  );
}

function DeadlineCell({ entry }: { readonly entry: QueueEntry }) {
  const now = useNow();
  return <Deadline at={entry.run.startDeadlineAt} nowMs={now} />;
}
