import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import { find } from '../../find.ts';

export const findGateway = async (api: ApiClient, written: string): Promise<Gateway> =>
  find('gateway', written, (await api.listGateways()).items);
