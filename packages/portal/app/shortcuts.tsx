import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Modal } from '../ui/dialog.tsx';
import { Button } from '@fluentui/react-components';

const goTo = {
  h: ['/', 'Home'],
  f: ['/desktop-flows', 'Desktop flows'],
  r: ['/runs', 'Runs'],
  q: ['/run-queues', 'Run queues'],
  g: ['/gateways', 'Gateways'],
  c: ['/connections', 'Connections'],
} as const;

const SEQUENCE_MS = 1_500;

/** `/` to the filter, `g` then a letter to a page, `?` for the list. Never while somebody types. */
export function Shortcuts() {
  const navigate = useNavigate();
  const [helpOpen, setHelpOpen] = useState(false);
  useEffect(() => {
    let armedUntil = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === 'g') {
        armedUntil = event.timeStamp + SEQUENCE_MS;
        return;
      }
      const target = event.timeStamp < armedUntil ? goTo[event.key as keyof typeof goTo] : undefined;
      armedUntil = 0;
      if (target) void navigate({ to: target[0] });
      else if (event.key === '?') setHelpOpen(true);
      else if (event.key === '/') focusFilter(event);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [navigate]);
  return helpOpen ? <ShortcutsHelp onClose={() => setHelpOpen(false)} /> : null;
}

function ShortcutsHelp({ onClose }: { readonly onClose: () => void }) {
  const rows = [
    ['/', 'Go to the filter'],
    ...Object.entries(goTo).map(([key, [, name]]) => [`g ${key}`, `Go to ${name}`] as const),
    ['Alt+↑', 'Move the run to the top (run queue)'],
    ['Alt+↓', 'Undo the move (run queue)'],
    ['Ctrl+Enter', 'Submit the run (submit form)'],
    ['Ctrl+S', 'Save the script (editor)'],
    ['?', 'This list'],
  ] as const;
  return (
    <Modal title="Keyboard shortcuts" onClose={onClose} actions={<Button onClick={onClose}>Close</Button>}>
      <table className="members" aria-label="Keyboard shortcuts">
        <tbody>
          {rows.map(([keys, what]) => (
            <tr key={keys}>
              <td className="mono">{keys}</td>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Modal>
  );
}

function focusFilter(event: KeyboardEvent): void {
  const filter = document.querySelector<HTMLElement>('[data-filter] input, input[data-filter]');
  if (!filter) return;
  event.preventDefault();
  filter.focus();
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.closest('input, textarea, select, [contenteditable="true"]') !== null || target.closest('dialog') !== null)
  );
}
