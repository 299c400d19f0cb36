import { ActionError } from '@deskhand/robin';
import { expect, test } from 'vitest';
import { runner, testContext } from '../test-context.ts';
import { flowControlModule } from './module.ts';

const run = runner(flowControlModule);

test('a custom error carries its own code and message', () => {
  const values = { CustomErrorCode: 'NoInvoice', CustomErrorMessage: 'The invoice is missing.' };
  const attempt = (): unknown => run('FlowControl.ThrowCustomError', values);
  expect(attempt).toThrow(ActionError);
  expect(attempt).toThrow(expect.objectContaining({ code: 'NoInvoice', message: 'The invoice is missing.' }));
});

test('a safe stop is asked for once the run is being cancelled', () => {
  const stopping = testContext({ signal: AbortSignal.abort() });
  expect(run('FlowControl.IfSafeStop')).toEqual({ holds: false });
  expect(run('FlowControl.IfSafeStop', { ShouldStop: false })).toEqual({ holds: true });
  expect(run('FlowControl.IfSafeStop', {}, stopping)).toEqual({ holds: true });
});

test('a stop that was asked for does not need a cancelled run', () => {
  const asked = testContext({ stopRequested: () => true });
  expect(run('FlowControl.IfSafeStop', {}, asked)).toEqual({ holds: true });
});
