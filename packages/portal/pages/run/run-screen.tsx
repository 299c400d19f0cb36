import { isOnScreen, mayWatch, type WatchRefusal } from '@deskhand/domain/live-view/may-watch.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { liveViewHelp } from '@deskhand/protocol/help-links.ts';
import { Button } from '@fluentui/react-components';
import { Eye20Regular, EyeOff20Regular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { clustersQuery, screenshotsQuery } from '../../api/queries.ts';
import { useMe } from '../../app/me.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { formatClock } from '../../ui/format.ts';
import { HelpLink } from '../../ui/help-link.tsx';
import { Section } from '../../ui/page-frame.tsx';
import { ProblemView } from '../../ui/states.tsx';
import { Screenshot } from './run-parts.tsx';
import { type ScreenView, useScreen } from './use-screen.ts';

const whyNotWatch: Readonly<Record<WatchRefusal, string>> = {
  'not-allowed': 'Only whoever submitted a run, and admins, watch its screen.',
  'live-view-off': 'Live views are off for this gateway cluster. An admin turns them on at the page of the cluster.',
  'run-not-on-screen': 'The run is on no machine now.',
};

/** What a run on a machine shows on its screen: live for whoever may and wants to, else its newest screenshot. */
export function RunScreen({ run }: { readonly run: Run }) {
  const me = useMe();
  const clusters = useQuery(clustersQuery);
  const screen = useScreen(run.id);
  const cluster = clusters.data?.items.find((item) => item.id === run.cluster.id);
  const isAllowedByCluster = cluster?.liveView ?? false;
  const may = mayWatch(me, { state: run.state, submittedBy: run.submittedBy.id, isAllowedByCluster });
  // What was seen last stays while the run ends, and goes with the page.
  if (!isOnScreen(run.state) && screen.frame === null) return null;
  return (
    <Section
      title="Screen"
      aside={
        screen.isWatching ? (
          <Button icon={<EyeOff20Regular />} onClick={screen.stop}>
            Stop watching
          </Button>
        ) : (
          <ActionButton
            icon={<Eye20Regular />}
            disabledReason={may.ok ? null : whyNotWatch[may.because]}
            onClick={() => screen.watch()}
          >
            Watch live
          </ActionButton>
        )
      }
    >
      <div className="card screen">
        {screen.refusal !== null && <ProblemView error={screen.refusal} />}
        {screen.isWatching || screen.frame !== null ? <LivePicture screen={screen} /> : <NewestScreenshot run={run} />}
        <p className="small faint">
          {run.mode === 'attended' && 'Whoever sits at the session is told who watches. '}
          The audit log says who watched and for how long; pictures are not kept. A picture may show a password that the
          flow types. <HelpLink to={liveViewHelp}>Learn more</HelpLink>
        </p>
      </div>
    </Section>
  );
}

function LivePicture({ screen: { frame, isWatching, ended } }: { readonly screen: ScreenView }) {
  return (
    <>
      {frame ? (
        <figure className="live-picture" data-live={isWatching}>
          <img src={`data:image/png;base64,${frame.png}`} alt="The screen of the run" />
          <figcaption className="small faint">
            {isWatching ? 'Live' : 'As it was'} · {formatClock(frame.at)}
          </figcaption>
        </figure>
      ) : (
        <p role="status">{isWatching ? 'The gateway takes the first picture.' : ''}</p>
      )}
      {ended !== null && <p role="status">{ended}</p>}
    </>
  );
}

function NewestScreenshot({ run }: { readonly run: Run }) {
  const shots = useQuery({ ...screenshotsQuery(run.id), enabled: run.screenshots > 0 });
  const newest = shots.data?.items.at(-1);
  if (!newest) return <p>No picture of this run has been taken yet.</p>;
  return <Screenshot runId={run.id} shot={newest} />;
}
