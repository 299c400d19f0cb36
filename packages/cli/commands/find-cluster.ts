import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import type { GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import { find } from '../find.ts';

export const findCluster = async (api: ApiClient, written: string): Promise<GatewayCluster> =>
  find('gateway cluster', written, (await api.listClusters()).items);
