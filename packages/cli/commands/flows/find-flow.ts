import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import type { DesktopFlow } from '@deskhand/protocol/http/flows.ts';
import { find } from '../../find.ts';

export const findFlow = async (api: ApiClient, written: string): Promise<DesktopFlow> =>
  find('desktop flow', written, (await api.listFlows()).items);
