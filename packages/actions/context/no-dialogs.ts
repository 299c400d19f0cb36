import { ActionError, type DialogService } from '@deskhand/robin';

export const dialogUnavailable = (why: string): ActionError =>
  new ActionError('DialogUnavailableError', `No dialog can be shown: ${why}.`);

export const noDialogs: DialogService = {
  message: () => Promise.reject(dialogUnavailable('this run has no display')),
};
