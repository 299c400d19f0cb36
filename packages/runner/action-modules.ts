import { dateTimeModule } from '@deskhand/actions/date-time/module.ts';
import { fileModule } from '@deskhand/actions/file/module.ts';
import { flowControlModule } from '@deskhand/actions/flow-control/module.ts';
import { loggingModule } from '@deskhand/actions/logging/module.ts';
import { textModule } from '@deskhand/actions/text/module.ts';
import { variablesModule } from '@deskhand/actions/variables/module.ts';
import type { ActionModule } from '@deskhand/robin';

/** Every module a flow can use here. */
export const actionModules: readonly ActionModule[] = [
  dateTimeModule,
  fileModule,
  flowControlModule,
  loggingModule,
  textModule,
  variablesModule,
];
