import type { DesktopFlow } from '@deskhand/protocol/http/flows.ts';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { api, isProblem } from '../../api/client.ts';
import { noticeDone, noticeRefused } from '../../ui/notices.tsx';

export interface Draft {
  readonly script: string;
  readonly baseVersion: number;
  readonly dirty: boolean;
  readonly saving: boolean;
  /** Somebody else saved since this text was opened. */
  readonly conflict: boolean;
  readonly change: (script: string) => void;
  /** True when it was saved. */
  readonly save: () => Promise<boolean>;
  readonly format: () => Promise<void>;
  readonly takeNewest: () => Promise<void>;
  /** For guards, which ask outside of a paint. */
  readonly isDirty: () => boolean;
}

/** A text being edited, and the version it began from: saving names that version, so the server can refuse. */
export function useDraft(flow: DesktopFlow, opened: { readonly script: string; readonly version: number }): Draft {
  const cache = useQueryClient();
  const [base, setBase] = useState(opened);
  const [script, setScript] = useState(opened.script);
  const [saving, setSaving] = useState(false);
  const [refused, setRefused] = useState(false);
  const dirty = script !== base.script;
  const dirtyNow = useRef(dirty);
  dirtyNow.current = dirty;
  // Somebody else's save takes the place of a text that nobody has changed, and of no other. Decided while it is painted,
  // where no key press can come between.
  if (!dirty && !saving && opened.version > base.version) {
    setBase(opened);
    setScript(opened.script);
    setRefused(false);
  }

  const save = async (): Promise<boolean> => {
    if (saving || !dirtyNow.current) return false;
    setSaving(true);
    try {
      const saved = await api.saveScript({ params: { id: flow.id }, body: { script, baseVersion: base.version } });
      setBase({ script, version: saved.version });
      dirtyNow.current = false;
      setRefused(false);
      cache.setQueryData(['desktop-flow', flow.id], saved);
      noticeDone(`Saved version ${saved.version} of ${flow.name}.`);
      return true;
    } catch (error) {
      if (isProblem(error, 'flow-changed-meanwhile')) setRefused(true);
      else noticeRefused('The script was not saved.', error);
      return false;
    } finally {
      setSaving(false);
    }
  };

  const format = async () => {
    try {
      const formatted = await api.formatScript({ body: { script } });
      setScript(formatted.script);
    } catch (error) {
      noticeRefused('The script was not formatted.', error);
    }
  };

  const takeNewest = async () => {
    try {
      const newest = await api.getScript({ params: { id: flow.id } });
      setBase(newest);
      setScript(newest.script);
      setRefused(false);
    } catch (error) {
      noticeRefused('The newest version was not opened.', error);
    }
  };

  return {
    script,
    baseVersion: base.version,
    dirty,
    saving,
    conflict: refused || (dirty && !saving && Math.max(flow.version, opened.version) > base.version),
    change: setScript,
    save,
    format,
    takeNewest,
    isDirty: () => dirtyNow.current,
  };
}
