import type { Run, RunQueueView } from '@deskhand/protocol/http/runs.ts';
import { Button } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { runQueueQuery } from '../../api/queries.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { formatCount } from '../../ui/format.ts';
import { PageFrame, Section } from '../../ui/page-frame.tsx';
import { RunStateBadge } from '../../ui/run-state-badge.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { useNow } from '../../ui/time.tsx';
import { useSteadyRows } from '../../ui/use-steady-rows.ts';
import { MemberAnswers } from '../../ui/wait-reason.tsx';
import { runName, useRunActions } from '../run/use-run-actions.tsx';
import { Ran, Waited } from '../runs/run-columns.tsx';
import { type QueueEntry, queueColumns } from './queue-columns.tsx';
import { useQueueMoves } from './use-queue-moves.tsx';

/** The live run queue of a cluster: what runs, what is next, and why each other run waits. */
export function RunQueuePage() {
  const { cluster } = useParams({ from: '/signed-in/gateway-clusters/$cluster/run-queue' });
  const queue = useQuery(runQueueQuery(cluster));
  const name = queue.data?.cluster.name ?? 'Run queue';
  return (
    <PageFrame
      title={queue.data ? `Run queue of ${name}` : name}
      above={
        <>
          <Link to="/run-queues">Run queues</Link>
          <span>›</span>
          <span>{name}</span>
        </>
      }
      actions={<CopyButton text={`deskhand queue show ${cluster}`} label="Copy as CLI" />}
    >
      <QueryView query={queue} skeletonRows={12}>
        {(view) => <QueueView key={cluster} view={view} />}
      </QueryView>
    </PageFrame>
  );
}

const RISK_MS = 30 * 60_000;

function QueueView({ view }: { readonly view: RunQueueView }) {
  const now = useNow();
  const mustStartSoon = view.queued.filter((entry) => Date.parse(entry.run.startDeadlineAt) - now < RISK_MS).length;
  return (
    <>
      <p className="page-below">
        {view.slots.inUse} of {formatCount(view.slots.all, 'slot')} busy · {view.total} waiting
        {mustStartSoon > 0 && (
          <>
            {' · '}
            <span className="state" data-tone="waiting">
              {formatCount(mustStartSoon, 'run')} must start within 30 m
            </span>
          </>
        )}
        {view.atRisk > 0 && (
          <>
            {' · '}
            <span className="state" data-tone="waiting">
              {formatCount(view.atRisk, 'run')} will probably miss the start deadline
            </span>
          </>
        )}
        {view.accuracy && (
          <>
            {' · '}predicted starts are off by {Math.round(view.accuracy.medianError * 100)} % of the wait
          </>
        )}
      </p>
      <Section title="Running">
        {view.running.length === 0 ? (
          <p className="faint">Nothing runs on this cluster now.</p>
        ) : (
          <div className="now-lanes">
            {view.running.map((run) => (
              <Lane key={run.id} run={run} />
            ))}
          </div>
        )}
      </Section>
      <Section
        title="Waiting"
        aside={
          view.total > view.queued.length && (
            <span className="faint">
              The first {view.queued.length} of {view.total}
            </span>
          )
        }
      >
        {view.queued.length === 0 ? (
          <Empty title="No run waits" action={<Link to="/runs/new">Submit a run</Link>}>
            A run appears here while it waits for a free slot, its session or its machine.
          </Empty>
        ) : (
          <QueueTable view={view} />
        )}
      </Section>
    </>
  );
}

function Lane({ run }: { readonly run: Run }) {
  return (
    <div className="lane" data-tone="active">
      <div className="row">
        <RunStateBadge run={run} />
        <Link to="/runs/$run" params={{ run: run.id }} search={{}} className="clip">
          {runName(run)}
        </Link>
      </div>
      <span className="small faint">
        {run.gateway?.name ?? '–'} · {run.connection.accountName} · waited <Waited run={run} />
        {run.startedAt && (
          <>
            {' · '}ran <Ran run={run} />
          </>
        )}
      </span>
    </div>
  );
}

const keyOf = (entry: QueueEntry): string => entry.run.id;

function QueueTable({ view }: { readonly view: RunQueueView }) {
  const { rows, pending, holders, settle } = useSteadyRows(view.queued, keyOf);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const runActions = useRunActions();
  const moves = useQueueMoves({ clusterId: view.cluster.id, maySteer: view.maySteer, onMoved: settle });
  const keepFocus = useKeptFocus(rows);
  const chosen = rows.filter((entry) => selected.has(entry.run.id)).map((entry) => entry.run);
  const columns = useMemo(
    () =>
      queueColumns({
        menu: (entry) => moves.menu(entry.run, runActions.cancel),
        isOpen: (entry) => open.has(entry.run.id),
        onToggle: (entry) => setOpen((before) => toggled(before, entry.run.id)),
      }),
    [moves.menu, runActions.cancel, open],
  );
  return (
    <div {...holders}>
      {pending > 0 && (
        <Button size="small" className="newer" onClick={settle}>
          The order changed. Show it
        </Button>
      )}
      <DataTable
        label="Waiting runs in order"
        columns={columns}
        rows={rows}
        keyOf={keyOf}
        nameOf={(entry) => runName(entry.run)}
        selection={{ keys: selected, onChange: setSelected }}
        note={(entry) => (open.has(entry.run.id) ? <MemberAnswers members={entry.members} /> : null)}
        onRowKeyDown={(event, entry) => {
          keepFocus(entry.run.id);
          moves.onKey(event, entry.run);
        }}
      />
      {chosen.length > 0 && (
        <div className="bulk-bar" role="toolbar" aria-label="Actions for the selected runs">
          <span className="strong">{formatCount(chosen.length, 'run')} selected</span>
          <Button
            appearance="primary"
            disabled={moves.whyNot !== null}
            onClick={() => void moves.toTop(chosen).then(() => setSelected(new Set()))}
          >
            Move to top in this order
          </Button>
          <Button appearance="subtle" onClick={() => setSelected(new Set())}>
            Clear selection
          </Button>
        </div>
      )}
      <p className="small faint" style={{ marginTop: 8 }}>
        Alt+↑ moves the focused run to the top, Alt+↓ gives it its old place back.
      </p>
      {runActions.dialog}
    </div>
  );
}

/** A row that is moved in the page loses the focus; it is given back to the run's link. */
function useKeptFocus(rows: readonly QueueEntry[]): (id: string) => void {
  const wanted = useRef<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again whenever the rows have moved
  useLayoutEffect(() => {
    if (wanted.current === null || document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(`[data-row="${CSS.escape(wanted.current)}"] a`)?.focus();
  }, [rows]);
  return (id) => {
    wanted.current = id;
  };
}

function toggled(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return next;
}
