import { memberAvailability } from '@deskhand/domain/gateway/member-availability.ts';
import { standingOf } from '@deskhand/protocol/http/gateway-standing.ts';
import { negotiationPolicies } from '@deskhand/domain/session/negotiation/question.ts';
import { RUN_ON_ALL_GATEWAYS } from '@deskhand/domain/session/texts.ts';
import type { Gateway, GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import { liveViewHelp } from '@deskhand/protocol/help-links.ts';
import { Field, Select, Switch } from '@fluentui/react-components';
import { useWhyNotAllowed } from '../../app/me.tsx';
import { HelpLink } from '../../ui/help-link.tsx';
import { Section } from '../../ui/page-frame.tsx';
import { useChangeCluster } from './use-change-cluster.ts';

interface ClusterSettingsProps {
  readonly cluster: GatewayCluster;
  /** In the order in which they take over. */
  readonly members: readonly Gateway[];
}

/** The toggle of S47, and how one of all gateways is chosen. */
export function ClusterSettings({ cluster, members }: ClusterSettingsProps) {
  const whyNot = useWhyNotAllowed('gateway.admin');
  const update = useChangeCluster(cluster);
  return (
    <Section title="Who takes a run">
      <div className="card cluster-settings">
        {whyNot && <p className="small faint">{whyNot}</p>}
        <Switch
          label={RUN_ON_ALL_GATEWAYS}
          labelPosition="before"
          checked={cluster.runOnAllGateways}
          disabled={whyNot !== null}
          onChange={(_event, { checked }) =>
            void update(
              { runOnAllGateways: checked },
              checked
                ? `Runs of ${cluster.name} go to any online gateway.`
                : `Runs of ${cluster.name} go to its primary gateway.`,
            )
          }
        />
        <p className="faint">{whoTakes(cluster, members)}</p>
        {cluster.runOnAllGateways && (
          <Field label="How one of them is chosen">
            <Select
              value={cluster.selection}
              disabled={whyNot !== null}
              onChange={(_event, { value }) =>
                void update(
                  { selection: value === 'leastBusy' ? 'leastBusy' : 'random' },
                  `Changed how ${cluster.name} chooses.`,
                )
              }
            >
              <option value="random">Random</option>
              <option value="leastBusy">Least busy</option>
            </Select>
          </Field>
        )}
        <Field
          label="When a person’s session is in the way"
          hint="The person is asked on the screen: sign out now, in 10 minutes, or no. Nobody is signed out without saying so."
        >
          <Select
            value={cluster.negotiation}
            disabled={whyNot !== null}
            onChange={(_event, { value }) =>
              void update(
                { negotiation: negotiationPolicies.find((policy) => policy === value) ?? 'off' },
                `Changed whom ${cluster.name} asks.`,
              )
            }
          >
            <option value="off">Leave the person alone</option>
            <option value="ask-once">Ask once for each run</option>
            <option value="ask-again">Ask, and again after no answer</option>
          </Select>
        </Field>
        <Switch
          label="Live view of screens"
          labelPosition="before"
          checked={cluster.liveView}
          disabled={whyNot !== null}
          onChange={(_event, { checked }) =>
            void update(
              { liveView: checked },
              checked
                ? `Submitters and admins may watch the screens of runs of ${cluster.name}.`
                : `Nobody watches the screens of runs of ${cluster.name}.`,
            )
          }
        />
        <p className="faint">
          Lets whoever submitted a run, and admins, watch the screen that it works on, passwords that it types included.{' '}
          <HelpLink to={liveViewHelp}>Learn more</HelpLink>
        </p>
      </div>
    </Section>
  );
}

/** With the toggle off, the one that takes the runs at this moment is named. */
function whoTakes({ runOnAllGateways }: GatewayCluster, members: readonly Gateway[]): string {
  if (runOnAllGateways) return 'Every gateway that can take runs is asked.';
  const taker = members.find((member) => memberAvailability(standingOf(member)).ok);
  const rule = 'The first gateway by order takes every run; when it cannot, the next one does.';
  return `${rule} Now: ${taker?.name ?? 'none of them'}.`;
}
