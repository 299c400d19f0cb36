import { ActionError, type ActionModule } from '@deskhand/robin';
import { boolean, text } from '../declare/arguments.ts';
import { errorTable } from '../declare/errors.ts';
import { readBoolean, readText } from '../declare/read-argument.ts';

const errors = errorTable({ CustomError: 'Custom error' });

export const flowControlModule: ActionModule = {
  name: 'FlowControl',
  title: 'Flow control',
  actions: [
    {
      id: 'FlowControl.ThrowCustomError',
      title: 'Throw custom error',
      summary:
        'Fails with a code and message of your own; a block catches it with IsUserDefinedErrorCode. Ours, unproven in Power Automate: without a code it is CustomError.',
      linux: 'core',
      errors: Object.values(errors),
      selectors: {
        '': {
          arguments: { CustomErrorCode: text({ default: 'CustomError' }), CustomErrorMessage: text({ default: '' }) },
          outputs: {},
          run: (call) => {
            throw new ActionError(readText(call, 'CustomErrorCode'), readText(call, 'CustomErrorMessage'));
          },
        },
      },
    },
    {
      id: 'FlowControl.IfSafeStop',
      title: 'If safe stop is requested',
      summary:
        'Tells whether somebody asked the flow to stop at the next safe place. Ours: it holds once the run is being cancelled, too.',
      linux: 'core',
      errors: [],
      isCondition: true,
      selectors: {
        '': {
          arguments: { ShouldStop: boolean({ default: true }) },
          outputs: {},
          run: (call) => {
            const { signal, stopRequested } = call.context;
            const isAsked = stopRequested?.() ?? signal.aborted;
            return { holds: isAsked === readBoolean(call, 'ShouldStop') };
          },
        },
      },
    },
  ],
};
