import { API_PREFIX } from '@deskhand/protocol/http/routes.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { Button } from '@fluentui/react-components';
import { ChevronDown16Regular, Code20Regular, Dismiss20Regular, MoreHorizontal20Regular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { runQuery } from '../../api/queries.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { ActionMenu } from '../../ui/action-menu.tsx';
import { noticeDone } from '../../ui/notices.tsx';
import { PageFrame, Section } from '../../ui/page-frame.tsx';
import { RunStateBadge } from '../../ui/run-state-badge.tsx';
import { QueryView } from '../../ui/states.tsx';
import { Ran, Waited } from '../runs/run-columns.tsx';
import { ActionLog } from './action-log.tsx';
import { RunFacts, RunHistory, RunScreenshots, RunValues } from './run-parts.tsx';
import { RunMachineCheck } from './run-machine-check.tsx';
import { RunScreen } from './run-screen.tsx';
import { RunSituation } from './run-situation.tsx';
import { RunTimeline } from './run-timeline.tsx';
import { useWhyBefore } from './use-why-before.tsx';
import { useRunActions, whyNotRun } from './use-run-actions.tsx';

/** One run: how it stands, where its time went, what it did, and what can be done with it. */
export function RunPage() {
  const { run: id } = useParams({ from: '/signed-in/runs/$run' });
  const run = useQuery(runQuery(id));
  if (!run.data)
    return (
      <PageFrame title={`Run ${id}`} above={<Link to="/runs">Runs</Link>}>
        <QueryView query={run} skeletonRows={10}>
          {() => null}
        </QueryView>
      </PageFrame>
    );
  return <RunDetails key={id} run={run.data} />;
}

function RunDetails({ run }: { readonly run: Run }) {
  return (
    <PageFrame
      title={`${run.flow.name} ${run.requestNumber}`}
      heading={
        <>
          <span>
            {run.flow.name} <span className="faint num">{run.requestNumber}</span>
          </span>
          <RunStateBadge run={run} large />
        </>
      }
      above={<Crumbs run={run} />}
      below={
        <span>
          Waited <Waited run={run} /> · Ran <Ran run={run} />
        </span>
      }
      actions={<RunButtons run={run} />}
    >
      <RunSituation run={run} />
      <RunMachineCheck run={run} />
      <RunScreen run={run} />
      <Section title="Timeline">
        <div className="card">
          <RunTimeline run={run} />
        </div>
      </Section>
      <div className={run.screenshots > 0 ? 'log-and-shots' : undefined}>
        <Section title="Action log">
          <ActionLog run={run} />
        </Section>
        <RunScreenshots run={run} />
      </div>
      <div className="home-panes">
        <Section title="Inputs">
          <RunValues values={run.inputs} none="This run has no inputs." />
        </Section>
        <Section title="Outputs">
          <RunValues
            values={run.outputs}
            none={run.endedAt ? 'This run gave no outputs.' : 'Outputs appear when the run has ended.'}
          />
        </Section>
      </div>
      <Section title="Details">
        <div className="card">
          <RunFacts run={run} />
        </div>
      </Section>
      <RunHistory run={run} />
    </PageFrame>
  );
}

function Crumbs({ run }: { readonly run: Run }) {
  return (
    <>
      <Link to="/runs" search={{}}>
        Runs
      </Link>
      <span>›</span>
      <Link to="/desktop-flows/$flow" params={{ flow: run.flow.id }} search={{}}>
        {run.flow.name}
      </Link>
      <span>›</span>
      <span>{run.requestNumber}</span>
    </>
  );
}

function RunButtons({ run }: { readonly run: Run }) {
  const actions = useRunActions();
  const whyBefore = useWhyBefore();
  const copy = (text: string, what: string) =>
    void navigator.clipboard.writeText(text).then(() => noticeDone(`${what} copied.`));
  const whyNotResubmit = actions.whyNotSubmit ?? whyNotRun(run, 'resubmit');
  return (
    <>
      <ActionButton
        icon={<Dismiss20Regular />}
        disabledReason={actions.whyNotSubmit ?? whyNotRun(run, 'cancel')}
        onClick={() => void actions.cancel(run)}
      >
        Cancel run
      </ActionButton>
      {whyNotResubmit ? (
        <ActionButton disabledReason={whyNotResubmit}>Resubmit</ActionButton>
      ) : (
        <ActionMenu
          label="Resubmit"
          trigger={
            <Button appearance="primary" icon={<ChevronDown16Regular />} iconPosition="after">
              Resubmit
            </Button>
          }
          actions={actions
            .resubmitMenu(run)
            .map((action, index) => (index === 0 ? { ...action, label: 'Resubmit current version' } : action))}
        />
      )}
      <ActionMenu
        label="More"
        trigger={<Button icon={<MoreHorizontal20Regular />} aria-label="More" title="More" />}
        actions={[
          whyBefore.action(run),
          { label: 'Copy link', onSelect: () => copy(location.href, 'Link') },
          { label: 'Copy as CLI', onSelect: () => copy(`deskhand runs show ${run.id} --json`, 'Command') },
          { label: 'Copy log command', onSelect: () => copy(`deskhand runs logs ${run.id}`, 'Command') },
          {
            label: 'View JSON',
            icon: <Code20Regular />,
            onSelect: () => window.open(`${API_PREFIX}/runs/${run.id}`, '_blank', 'noopener'),
          },
        ]}
      />
      {actions.dialog}
      {whyBefore.dialog}
    </>
  );
}
