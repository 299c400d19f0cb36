import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import type { Connection } from '@deskhand/protocol/http/connections.ts';
import { find } from '../../find.ts';

export const findConnection = async (api: ApiClient, written: string): Promise<Connection> =>
  find('connection', written, (await api.listConnections()).items);
