import type { Run } from '@deskhand/protocol/http/runs.ts';
import { type DragEvent, useState } from 'react';
import { type Drop, dropOn, mayDrag, placeAfter, type QueueSection, type SteerRights } from './queue-drop.ts';

interface QueueDragOptions {
  /** The waiting runs in their order. */
  readonly queue: readonly Run[];
  /** Then who has the next turn depends on more than the order. */
  readonly isFair: boolean;
  readonly rightsOf: (run: Run) => SteerRights;
  readonly onDrop: (run: Run, drop: Extract<Drop, { ok: true }>) => void;
}

/** Dragging of queued rows. It offers what the menu of a row offers, and nothing else; keyboards use that menu. */
export function useQueueDrag({ queue, isFair, rightsOf, onDrop }: QueueDragOptions) {
  const [draggedId, setDraggedId] = useState<string | null>(null);
  const [over, setOver] = useState<QueueSection | null>(null);
  const dragged = queue.find((run) => run.id === draggedId) ?? null;
  const dropAt = (section: QueueSection): Drop | null =>
    dragged === null ? null : dropOn(dragged, section, rightsOf(dragged));
  const end = () => {
    setDraggedId(null);
    setOver(null);
  };

  const handle = (run: Run) => {
    if (!mayDrag(rightsOf(run))) return null;
    return {
      draggable: true,
      onDragStart: (event: DragEvent<HTMLElement>) => {
        const row = event.currentTarget.closest('tr');
        if (row) event.dataTransfer.setDragImage(row, 16, 16);
        event.dataTransfer.effectAllowed = 'move';
        event.dataTransfer.setData('text/plain', run.id);
        setDraggedId(run.id);
      },
      onDragEnd: end,
    };
  };

  const target = (section: QueueSection) => {
    const drop = dropAt(section);
    if (drop === null) return {};
    return {
      'data-drop': over !== section ? 'offered' : drop.ok ? 'yes' : 'no',
      onDragOver: (event: DragEvent) => {
        setOver(section);
        if (!drop.ok) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'move';
      },
      onDrop: (event: DragEvent) => {
        event.preventDefault();
        end();
        if (dragged !== null && drop.ok) onDrop(dragged, drop);
      },
    };
  };

  /** What a drop on the section does, or why it does nothing, while something is dragged. */
  const hint = (section: QueueSection): string | null => {
    const drop = dropAt(section);
    if (drop === null || dragged === null) return null;
    if (!drop.ok) return drop.because;
    if (isFair && drop.verb !== 'moveToTop') return wordOf(drop);
    return `${wordOf(drop)}: place ${placeAfter(queue, dragged, drop)}`;
  };

  return { handle, target, hint };
}

/** As the menu of the row says it. */
function wordOf(drop: Extract<Drop, { ok: true }>): string {
  switch (drop.verb) {
    case 'moveToTop':
      return 'Move to top';
    case 'undoMove':
      return 'Undo move';
    case 'setPriority':
      return `Set priority to ${drop.priority}`;
  }
}
