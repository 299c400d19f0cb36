import { autocompletion, type CompletionContext } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { type Diagnostic as Mark, lintGutter, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import type { Diagnostic } from '@deskhand/protocol/http/flows.ts';
import { useEffect, useLayoutEffect, useRef } from 'react';
import { robinLanguage } from './robin-language.ts';

interface ScriptEditorProps {
  readonly script: string;
  readonly onChange: (script: string) => void;
  readonly diagnostics: readonly Diagnostic[];
  readonly label: string;
  readonly actionIds?: readonly string[];
  /** Scrolls to this line whenever the object changes. */
  readonly goTo?: { readonly line: number } | null;
}

/** CodeMirror with Robin, our diagnostics as marks, and names of actions to complete. */
export default function ScriptEditor({ script, onChange, diagnostics, label, actionIds, goTo }: ScriptEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ onChange, actionIds });
  latest.current = { onChange, actionIds };

  // Made once; what changes later is sent to it below.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new editor for each key press would lose the cursor
  useEffect(() => {
    if (!place.current) return;
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: script,
        extensions: [
          ...baseExtensions(label),
          autocompletion({ override: [(context) => completeAction(context, latest.current.actionIds ?? [])] }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    // A long line scrolls sideways, which the keyboard must reach too.
    made.scrollDOM.tabIndex = 0;
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, []);

  // Before anything more can be typed: a key press into a text that is no longer the one here would bring it back.
  useLayoutEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === script) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: script } });
  }, [script]);

  useEffect(() => {
    const editor = view.current;
    if (editor) editor.dispatch(setDiagnostics(editor.state, marksOf(editor.state, diagnostics)));
  }, [diagnostics]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || !goTo || goTo.line < 1) return;
    const line = editor.state.doc.line(Math.min(goTo.line, editor.state.doc.lines));
    editor.dispatch({
      selection: { anchor: line.from },
      effects: EditorView.scrollIntoView(line.from, { y: 'center' }),
    });
    editor.focus();
  }, [goTo]);

  return <div ref={place} />;
}

function baseExtensions(label: string) {
  return [
    lineNumbers(),
    lintGutter(),
    history(),
    drawSelection(),
    bracketMatching(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    EditorState.tabSize.of(4),
    robinLanguage(),
    keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, indentWithTab]),
    EditorView.contentAttributes.of({
      'aria-label': `${label}. Press Escape, then Tab, to leave the editor.`,
      spellcheck: 'false',
    }),
    EditorView.theme({
      '&': { backgroundColor: 'transparent', color: 'inherit' },
      '.cm-content': { fontFamily: 'var(--fontFamilyMonospace)', caretColor: 'currentColor', padding: '8px 0' },
      '.cm-scroller': { lineHeight: '20px' },
      '.cm-gutters': { backgroundColor: 'var(--ground)', color: 'var(--colorNeutralForeground3)', border: 'none' },
      '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--colorSubtleBackgroundHover)' },
      '.cm-cursor': { borderLeftColor: 'var(--colorNeutralForeground1)' },
      '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
        backgroundColor: 'color-mix(in srgb, var(--colorBrandForegroundLink) 25%, transparent) !important',
      },
      '.cm-tooltip, .cm-panels': {
        backgroundColor: 'var(--card)',
        color: 'inherit',
        border: '1px solid var(--line-strong)',
      },
    }),
  ];
}

function marksOf(state: EditorState, diagnostics: readonly Diagnostic[]): Mark[] {
  return diagnostics
    .filter(({ line }) => line >= 1 && line <= state.doc.lines)
    .map(({ line, column, severity, message, code }) => {
      const { from, to } = state.doc.line(line);
      const start = Math.min(Math.max(from, from + column - 1), to);
      const word = state.wordAt(start);
      return { from: start, to: Math.max(word?.to ?? to, start), severity, message: `${message} (${code})` };
    });
}

function completeAction(context: CompletionContext, actionIds: readonly string[]) {
  const typed = context.matchBefore(/[A-Za-z]+\.?\w*/);
  if (!typed || (typed.from === typed.to && !context.explicit)) return null;
  return { from: typed.from, options: actionIds.map((label) => ({ label, type: 'function' })), validFor: /^[\w.]*$/ };
}
