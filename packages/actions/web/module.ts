import type { ActionModule } from '@deskhand/robin';
import { downloadFromWeb } from './download.ts';
import { invokeSoapService, invokeWebService } from './invoke-service.ts';

export const webModule: ActionModule = {
  name: 'Web',
  title: 'HTTP',
  actions: [downloadFromWeb, invokeSoapService, invokeWebService],
};
