import type { ActionModule } from '@deskhand/robin';
import { csvActions } from './csv-actions.ts';
import { jsonActions } from './json-actions.ts';
import { listActions } from './list-actions.ts';
import { numberActions } from './number-actions.ts';
import { tableActions } from './table-actions.ts';
import { relationActions } from './table-relations.ts';
import { findOrReplace } from './table-search.ts';

export const variablesModule: ActionModule = {
  name: 'Variables',
  title: 'Variables',
  actions: [
    ...numberActions,
    ...listActions,
    ...tableActions,
    findOrReplace,
    ...relationActions,
    ...csvActions,
    ...jsonActions,
  ],
};
