import type { ActionModule } from '@deskhand/robin';
import { runJavascript } from './javascript.ts';
import { runPowershell, runPython, runVbscript } from './other-languages.ts';
import { runDosCommand } from './shell.ts';

export const scriptingModule: ActionModule = {
  name: 'Scripting',
  title: 'Scripting',
  actions: [runDosCommand, runPython, runJavascript, runPowershell, runVbscript],
};
