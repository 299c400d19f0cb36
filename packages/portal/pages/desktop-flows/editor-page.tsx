import type { DesktopFlow } from '@deskhand/protocol/http/flows.ts';
import { Button } from '@fluentui/react-components';
import { Play20Regular, Save20Regular, TextAlignLeft20Regular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useBlocker, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type KeyboardEvent, useState } from 'react';
import { actionsQuery, flowQuery, scriptQuery } from '../../api/queries.ts';
import { useWhyNotAllowed } from '../../app/me.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { isProblem } from '../../api/client.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { outlineOf } from '../../ui/robin/outline.ts';
import ScriptEditor from '../../ui/robin/script-editor.tsx';
import { QueryView } from '../../ui/states.tsx';
import { ProblemsList, ProblemsSummary } from './problems-list.tsx';
import { useScriptCheck } from './use-script-check.ts';
import { type Draft, useDraft } from './use-draft.ts';

export function EditorPage() {
  const { flow: id } = useParams({ from: '/signed-in/desktop-flows/$flow/edit' });
  const flow = useQuery(flowQuery(id));
  // A newer one that comes with an event is for the draft to take or to leave.
  const script = useQuery({ ...scriptQuery(id), staleTime: 0, refetchOnWindowFocus: false });
  if (!flow.data || !script.data)
    return (
      <PageFrame title="Script" above={<Link to="/desktop-flows">Desktop flows</Link>}>
        <QueryView query={flow}>{() => <QueryView query={script}>{() => null}</QueryView>}</QueryView>
      </PageFrame>
    );
  return <Editor key={id} flow={flow.data} opened={script.data} isGone={isProblem(flow.error, 'not-found')} />;
}

interface EditorProps {
  readonly flow: DesktopFlow;
  readonly opened: { readonly script: string; readonly version: number };
  /** Somebody deleted the flow, or stopped sharing it, after it was opened. */
  readonly isGone: boolean;
}

function Editor({ flow, opened, isGone }: EditorProps) {
  const { line } = useSearch({ from: '/signed-in/desktop-flows/$flow/edit' });
  const draft = useDraft(flow, opened);
  const actions = useQuery(actionsQuery);
  const { diagnostics, checking } = useScriptCheck(draft.script);
  const [goTo, setGoTo] = useState<{ line: number } | null>(() => (line ? { line: Number(line) } : null));
  const blocker = useBlocker({
    shouldBlockFn: () => draft.isDirty(),
    enableBeforeUnload: () => draft.isDirty(),
    withResolver: true,
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void draft.save();
  };
  return (
    <PageFrame
      title={`${flow.name}: script`}
      heading={flow.name}
      above={
        <>
          <Link to="/desktop-flows">Desktop flows</Link>
          <span>›</span>
          <Link to="/desktop-flows/$flow" params={{ flow: flow.id }} search={{}}>
            {flow.name}
          </Link>
          <span>›</span>
          <span>Script</span>
        </>
      }
      below={
        <span className="row">
          <span>
            Version {draft.baseVersion}
            {draft.dirty ? ', changed' : ', saved'}
          </span>
          <ProblemsSummary diagnostics={diagnostics} checking={checking} />
        </span>
      }
      actions={<EditorButtons flow={flow} draft={draft} />}
    >
      {isGone && <Gone flow={flow} draft={draft} />}
      {draft.conflict && !isGone && <Conflict flow={flow} draft={draft} />}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: catches the shortcut of the editor inside */}
      <div className="editor-page" onKeyDown={onKeyDown}>
        <div>
          <div className="editor-frame">
            <ScriptEditor
              label={`Script of ${flow.name}`}
              script={draft.script}
              onChange={draft.change}
              diagnostics={diagnostics}
              actionIds={actions.data?.items.map((action) => action.id) ?? []}
              goTo={goTo}
            />
          </div>
          <ProblemsList diagnostics={diagnostics} onGoTo={(at) => setGoTo({ line: at })} />
        </div>
        <Outline script={draft.script} onGoTo={(at) => setGoTo({ line: at })} />
      </div>
      {blocker.status === 'blocked' && (
        <ConfirmDialog
          title="Leave without saving?"
          confirmLabel="Discard changes"
          onClose={() => blocker.reset()}
          onConfirm={() => blocker.proceed()}
        >
          <p>
            What you changed since version {draft.baseVersion} of {flow.name} is lost.
          </p>
        </ConfirmDialog>
      )}
    </PageFrame>
  );
}

function EditorButtons({ flow, draft }: { readonly flow: DesktopFlow; readonly draft: Draft }) {
  const navigate = useNavigate();
  const whyNotEdit = useWhyNotAllowed('flow.create');
  const whyNotSubmit = useWhyNotAllowed('run.submit');
  const saveAndRun = async () => {
    if (draft.dirty && !(await draft.save())) return;
    await navigate({ to: '/runs/new', search: { flow: flow.id } });
  };
  return (
    <>
      <ActionButton icon={<TextAlignLeft20Regular />} onClick={() => void draft.format()}>
        Format script
      </ActionButton>
      <ActionButton icon={<Play20Regular />} disabledReason={whyNotSubmit} onClick={() => void saveAndRun()}>
        {draft.dirty ? 'Save and run…' : 'Run flow…'}
      </ActionButton>
      <ActionButton
        appearance="primary"
        icon={<Save20Regular />}
        busy={draft.saving}
        disabledReason={whyNotEdit ?? (draft.dirty ? null : 'Nothing has changed since it was saved.')}
        onClick={() => void draft.save()}
      >
        Save version
      </ActionButton>
    </>
  );
}

/** Somebody saved in between: nothing is overwritten, and both texts can be kept. */
function Conflict({ flow, draft }: { readonly flow: DesktopFlow; readonly draft: Draft }) {
  return (
    <div className="message" data-tone="waiting" role="alert" style={{ marginBottom: 12 }}>
      <div className="grow">
        <strong>Somebody saved {flow.name} while you were editing.</strong>
        <p>
          Your text is still here and was not saved. Copy it, open the newest version, and bring your change in there.
          Nothing is overwritten.
        </p>
        <div className="row">
          <CopyButton appearance="secondary" text={draft.script} label="Copy my text" />
          <Button size="small" onClick={() => void draft.takeNewest()}>
            Replace my text with the newest version
          </Button>
          <a href={`/desktop-flows/${flow.id}?tab=script`} target="_blank" rel="noreferrer">
            Show the newest version in a new tab
          </a>
        </div>
      </div>
    </div>
  );
}

/** There is nothing left to save it to, so that the text can only be taken along. */
function Gone({ flow, draft }: { readonly flow: DesktopFlow; readonly draft: Draft }) {
  return (
    <div className="message" data-tone="waiting" role="alert" style={{ marginBottom: 12 }}>
      <div className="grow">
        <strong>{flow.name} is not there for you any more.</strong>
        <p>Somebody deleted it or no longer shares it with you. Your text is still here: copy it to keep it.</p>
        <CopyButton appearance="secondary" text={draft.script} label="Copy my text" />
      </div>
    </div>
  );
}

function Outline({ script, onGoTo }: { readonly script: string; readonly onGoTo: (line: number) => void }) {
  const entries = outlineOf(script);
  return (
    <nav className="card" aria-label="Outline" style={{ padding: 8, alignSelf: 'start' }}>
      <h2 style={{ padding: '4px 8px' }}>Outline</h2>
      <ul className="side-list">
        <li>
          <button type="button" onClick={() => onGoTo(1)}>
            Main <span className="faint num">1</span>
          </button>
        </li>
        {entries.map((entry) => (
          <li key={`${entry.line}`}>
            <button type="button" onClick={() => onGoTo(entry.line)}>
              <span className="clip">{entry.name}</span> <span className="faint num">{entry.line}</span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
