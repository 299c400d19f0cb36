import type { RunQueueView } from '@deskhand/protocol/http/runs.ts';
import { Button } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { gatewaysQuery } from '../../api/queries.ts';
import { sayFairness } from '@deskhand/domain/run-queue/fairness/fairness-texts.ts';
import { DataTable, type RowGroup } from '../../ui/data-table.tsx';
import { formatCount } from '../../ui/format.ts';
import { useSteadyRows } from '../../ui/use-steady-rows.ts';
import { useGatewayActions } from '../gateways/use-gateway-actions.tsx';
import { useWhyBefore } from '../run/use-why-before.tsx';
import { runName, useRunActions } from '../run/use-run-actions.tsx';
import { MemberReasons } from './member-reasons.tsx';
import { type QueueEntry, queueColumns } from './queue-columns.tsx';
import { mayDrag, type QueueSection, queueSections, sectionOf } from './queue-drop.ts';
import { useQueueDrag } from './use-queue-drag.tsx';
import { useQueueMoves } from './use-queue-moves.tsx';

const keyOf = (entry: QueueEntry): string => entry.run.id;

/** Waiting runs in their order, below the heading of the part of the queue that they stand in. */
export function QueueTable({ view }: { readonly view: RunQueueView }) {
  const { rows, pending, holders, settle } = useSteadyRows(view.queued, keyOf);
  const sections = useSteadySections(rows, pending);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const gateways = useQuery(gatewaysQuery);
  const runActions = useRunActions();
  const whyBefore = useWhyBefore();
  const gatewayActions = useGatewayActions();
  const moves = useQueueMoves({ clusterId: view.cluster.id, maySteer: view.maySteer, onMoved: settle });
  const queue = view.queued.map(({ run }) => run);
  const isFair = sayFairness(view.fairness).length > 0;
  const drag = useQueueDrag({ queue, isFair, rightsOf: moves.rightsOf, onDrop: moves.drop });
  const keepFocus = useKeptFocus(rows);
  const canDrag = queue.some((run) => mayDrag(moves.rightsOf(run)));
  const columns = queueColumns({
    menu: (entry) => [...moves.menu(entry.run, runActions.cancel), { ...whyBefore.action(entry.run), divided: true }],
    isOpen: (entry) => open.has(entry.run.id),
    onToggle: (entry) => setOpen((before) => toggled(before, entry.run.id)),
    handle: (entry) => drag.handle(entry.run),
  });
  const groups = queueSections.flatMap((section): RowGroup<QueueEntry>[] => {
    const inSection = rows.filter((entry) => sections.get(entry.run.id) === section);
    // An empty part is somewhere to drop a run, for those who may.
    if (inSection.length === 0 && !canDrag) return [];
    const shown = { section, rows: inSection.length, hint: drag.hint(section), ages: view.fairness.ageing !== null };
    const heading = <SectionHeading {...shown} />;
    return [{ key: section, heading, rows: inSection, attributes: drag.target(section) }];
  });
  const chosen = rows.filter((entry) => selected.has(entry.run.id)).map((entry) => entry.run);
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
        groups={groups}
        keyOf={keyOf}
        nameOf={(entry) => runName(entry.run)}
        selection={{ keys: selected, onChange: setSelected }}
        note={(entry) =>
          open.has(entry.run.id) ? (
            <MemberReasons entry={entry} gateways={gateways.data?.items ?? []} fixOf={gatewayActions.fixOf} />
          ) : null
        }
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
        Alt+↑ moves the focused run to the top, Alt+↓ gives it its old place back. A row’s menu has these and the rest.
      </p>
      {runActions.dialog}
      {whyBefore.dialog}
      {gatewayActions.dialog}
    </div>
  );
}

const headings: Readonly<Record<QueueSection, string>> = {
  top: 'Moved to top',
  high: 'High priority',
  normal: 'Normal priority',
};

interface SectionHeadingProps {
  readonly section: QueueSection;
  readonly rows: number;
  readonly hint: string | null;
  /** Normal runs that have waited long enough stand among the high ones. */
  readonly ages: boolean;
}

function SectionHeading({ section, rows, hint, ages }: SectionHeadingProps) {
  return (
    <span className="row">
      <span>{ages && section === 'high' ? 'High priority, and runs that have aged' : headings[section]}</span>
      {hint !== null ? <span className="drop-hint">{hint}</span> : rows === 0 && <span className="faint">no run</span>}
    </span>
  );
}

/** Rows that hold still stay below their heading too, until the new order is shown. */
function useSteadySections(rows: readonly QueueEntry[], pending: number): ReadonlyMap<string, QueueSection> {
  const shown = useRef<ReadonlyMap<string, QueueSection>>(new Map());
  const sections =
    pending > 0 ? shown.current : new Map(rows.map(({ run, aged }) => [run.id, aged ? 'high' : sectionOf(run)]));
  useEffect(() => {
    shown.current = sections;
  });
  return sections;
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
