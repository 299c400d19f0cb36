import type { Run } from '@deskhand/protocol/http/runs.ts';
import { Link } from '@tanstack/react-router';
import { ActionMenu, type MenuAction } from '../../ui/action-menu.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { previewInputs } from '../../ui/format.ts';
import { RunStateBadge } from '../../ui/run-state-badge.tsx';
import { Duration, Moment, RunningDuration } from '../../ui/time.tsx';
import { Because } from '../../ui/wait-reason.tsx';
import { runName } from '../run/use-run-actions.tsx';

interface RunColumnOptions {
  readonly menu: (run: Run) => readonly MenuAction[];
  /** Left out on a flow's own page, where every run is of that flow. */
  readonly withFlow?: boolean;
}

/** The columns of every list of runs. Waited and Ran stand apart, because they answer different questions. */
export function runColumns({ menu, withFlow = true }: RunColumnOptions): readonly Column<Run>[] {
  const flow: Column<Run> = {
    key: 'flow',
    header: 'Desktop flow',
    cell: (run) => (
      <Link to="/desktop-flows/$flow" params={{ flow: run.flow.id }} search={{}} className="clip" title={run.flow.name}>
        {run.flow.name} <span className="faint">v{run.flow.version}</span>
      </Link>
    ),
  };
  return [
    {
      key: 'state',
      header: 'State',
      width: '200px',
      cell: (run) => (
        <Link to="/runs/$run" params={{ run: run.id }} search={{}} aria-label={`Run ${runName(run)}: ${run.display}`}>
          <RunStateBadge run={run} />
        </Link>
      ),
    },
    { key: 'requested', header: 'Requested', width: '116px', cell: (run) => <Moment at={run.requestedAt} /> },
    ...(withFlow ? [flow] : []),
    {
      key: 'inputs',
      header: 'Inputs',
      secondary: true,
      cell: (run) => <InputsPreview inputs={run.inputs} />,
    },
    ...(withFlow
      ? []
      : [{ key: 'version', header: 'Version', width: '72px', numeric: true, cell: (run: Run) => run.flow.version }]),
    { key: 'mode', header: 'Mode', width: '100px', secondary: true, cell: (run) => modeWord(run.mode) },
    { key: 'where', header: 'Where', width: '100px', cell: (run) => <WhereItRuns run={run} /> },
    { key: 'waited', header: 'Waited', width: '96px', numeric: true, cell: (run) => <Waited run={run} /> },
    { key: 'ran', header: 'Ran', width: '96px', numeric: true, cell: (run) => <Ran run={run} /> },
    {
      key: 'by',
      header: 'By',
      width: '88px',
      secondary: true,
      cell: (run) => <span className="clip">{run.submittedBy.name}</span>,
    },
    {
      key: 'menu',
      header: 'Actions',
      quiet: true,
      width: '48px',
      cell: (run) => (
        <div className="cell-menu">
          <ActionMenu label={`Actions for ${runName(run)}`} actions={menu(run)} />
        </div>
      ),
    },
  ];
}

const modeWord = (mode: Run['mode']): string => (mode === 'attended' ? 'Attended' : 'Unattended');

function InputsPreview({ inputs }: { readonly inputs: Run['inputs'] }) {
  const text = previewInputs(inputs);
  if (text === '') return <span className="faint">–</span>;
  return (
    <span className="clip mono small" title={text}>
      {text}
    </span>
  );
}

function WhereItRuns({ run }: { readonly run: Run }) {
  const name = run.gateway?.name ?? run.cluster.name;
  return (
    <span className={run.gateway ? 'clip' : 'clip faint'} title={name}>
      {name}
    </span>
  );
}

export function Waited({ run }: { readonly run: Run }) {
  if (run.state === 'queued' || run.state === 'offered')
    return <RunningDuration since={run.requestedAt} until={null} />;
  return <Duration ms={run.waitedMs} />;
}

export function Ran({ run }: { readonly run: Run }) {
  if (run.startedAt && run.ranMs === null) return <RunningDuration since={run.startedAt} until={run.endedAt} />;
  return <Duration ms={run.ranMs} />;
}

/** Under a waiting run why it waits, under a bad end what went wrong. */
export function runNote(run: Run) {
  if (run.because && (run.state === 'queued' || run.state === 'offered')) return <Because reason={run.because} />;
  if (run.error)
    return (
      <span className="wrap">
        {run.error.message} <code className="faint">{run.error.code}</code>
      </span>
    );
  return null;
}
