import type { ActionModule } from '@deskhand/robin';
import { composeActions } from './compose-text.ts';
import { convertActions } from './convert-text.ts';
import { recognizeEntities } from './recognize-entities.ts';
import { searchActions } from './search-text.ts';

export const textModule: ActionModule = {
  name: 'Text',
  title: 'Text',
  actions: [...composeActions, ...searchActions, ...convertActions, recognizeEntities],
};
