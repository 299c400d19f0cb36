import type { ActionModule } from '@deskhand/robin';
import { environmentActions } from './environment.ts';
import { ping } from './ping.ts';
import { processActions } from './process-actions.ts';
import { runApplication } from './run-application.ts';

export const systemModule: ActionModule = {
  name: 'System',
  title: 'System',
  actions: [runApplication, ...processActions, ...environmentActions, ping],
};
