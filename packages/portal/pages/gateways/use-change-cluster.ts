import type { GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import { useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { noticeDone, noticeRefused } from '../../ui/notices.tsx';

type Change = NonNullable<Parameters<typeof api.updateCluster>[0]>['body'];

/** Sends another setting of a cluster and shows what the server made of it; answers whether it was taken. */
export function useChangeCluster({ id, name }: GatewayCluster) {
  const cache = useQueryClient();
  return async (body: Change, done: string): Promise<boolean> => {
    try {
      const changed = await api.updateCluster({ params: { id }, body });
      cache.setQueryData<{ items: readonly GatewayCluster[] }>(['gateway-clusters'], (list) =>
        list ? { items: list.items.map((item) => (item.id === changed.id ? changed : item)) } : list,
      );
      noticeDone(done);
      return true;
    } catch (error) {
      noticeRefused(`${name} was not changed.`, error);
      return false;
    }
  };
}
