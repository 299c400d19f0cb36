import { RUN_ON_ALL_GATEWAYS } from '@deskhand/domain/session/texts.ts';
import type { GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import { Select, Switch } from '@fluentui/react-components';
import { useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { useWhyNotAllowed } from '../../app/me.tsx';
import { noticeDone, noticeRefused } from '../../ui/notices.tsx';

/** The toggle of S47, and how one of all gateways is chosen. */
export function ClusterSettings({ cluster }: { readonly cluster: GatewayCluster }) {
  const cache = useQueryClient();
  const whyNot = useWhyNotAllowed('gateway.admin');
  const update = async (body: Partial<Pick<GatewayCluster, 'runOnAllGateways' | 'selection'>>, done: string) => {
    try {
      const changed = await api.updateCluster({ params: { id: cluster.id }, body });
      cache.setQueryData<{ items: readonly GatewayCluster[] }>(['gateway-clusters'], (list) =>
        list ? { items: list.items.map((item) => (item.id === changed.id ? changed : item)) } : list,
      );
      noticeDone(done);
    } catch (error) {
      noticeRefused(`${cluster.name} was not changed.`, error);
    }
  };
  return (
    <div className="row" {...(whyNot ? { title: whyNot } : {})}>
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
      {cluster.runOnAllGateways && (
        <Select
          size="small"
          aria-label="How a gateway is chosen"
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
      )}
    </div>
  );
}
