import { Button } from '@fluentui/react-components';
import { Dismiss16Regular } from '@fluentui/react-icons';
import { useEffect, useSyncExternalStore } from 'react';
import { problemOf } from '../api/client.ts';

export interface Notice {
  readonly id: number;
  readonly kind: 'done' | 'refused';
  readonly text: string;
  readonly detail?: string;
  readonly undo?: () => void;
}

const SHOWN_MAX = 3;
const DONE_SHOWN_MS = 8_000;
const listeners = new Set<() => void>();
let notices: readonly Notice[] = [];
let lastId = 0;

function set(next: readonly Notice[]): void {
  notices = next;
  for (const listener of listeners) listener();
}

/** Says in the corner that something was done, with an Undo where the API has one. */
export function noticeDone(text: string, undo?: () => void): void {
  set([...notices, { id: ++lastId, kind: 'done' as const, text, ...(undo ? { undo } : {}) }].slice(-SHOWN_MAX));
}

/** Says why the server refused; it stays until it is closed. */
export function noticeRefused(what: string, error: unknown): void {
  const { title, remedy, code } = problemOf(error);
  const detail = `${title} ${remedy} (${code})`;
  set([...notices, { id: ++lastId, kind: 'refused' as const, text: what, detail }].slice(-SHOWN_MAX));
}

/** Says what many runs were left as they are for; it stays until it is closed. */
export function noticeLeft(what: string, because: readonly string[]): void {
  set(
    [...notices, { id: ++lastId, kind: 'refused' as const, text: what, detail: because.join(' ') }].slice(-SHOWN_MAX),
  );
}

const dismiss = (id: number): void => set(notices.filter((notice) => notice.id !== id));

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function Notices() {
  const shown = useSyncExternalStore(subscribe, () => notices);
  return (
    <div className="notices" role="status" aria-live="polite">
      {shown.map((notice) => (
        <NoticeCard key={notice.id} notice={notice} />
      ))}
    </div>
  );
}

function NoticeCard({ notice }: { readonly notice: Notice }) {
  const { id, kind } = notice;
  useEffect(() => {
    if (kind === 'refused') return;
    const timer = setTimeout(() => dismiss(id), DONE_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id, kind]);
  const undo = () => {
    dismiss(id);
    notice.undo?.();
  };
  return (
    <div className="notice" data-kind={kind}>
      <div>
        <div>{notice.text}</div>
        {notice.detail && <div className="faint">{notice.detail}</div>}
      </div>
      {notice.undo && (
        <Button size="small" onClick={undo}>
          Undo
        </Button>
      )}
      <Button
        size="small"
        appearance="subtle"
        icon={<Dismiss16Regular />}
        aria-label="Close notice"
        onClick={() => dismiss(id)}
      />
    </div>
  );
}
