import type { Account } from '@deskhand/protocol/http/accounts.ts';
import { useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { noticeDone, noticeRefused } from '../../ui/notices.tsx';

export function useAccountActions() {
  const cache = useQueryClient();
  const setDisabled = async (account: Account, disabled: boolean): Promise<void> => {
    try {
      await api.updateAccount({ params: { id: account.id }, body: { disabled } });
      noticeDone(
        `${account.name} ${disabled ? 'can no longer sign in' : 'can sign in again'}.`,
        () => void setDisabled(account, !disabled),
      );
      await cache.invalidateQueries({ queryKey: ['accounts'] });
    } catch (error) {
      noticeRefused(`${account.name} was not changed.`, error);
    }
  };
  const endSignIns = async (account: Account): Promise<void> => {
    try {
      await api.revokeSignIns({ params: { id: account.id } });
      noticeDone(`Ended every sign-in of ${account.name}.`);
    } catch (error) {
      noticeRefused(`The sign-ins of ${account.name} were not ended.`, error);
    }
  };
  return { setDisabled, endSignIns };
}
