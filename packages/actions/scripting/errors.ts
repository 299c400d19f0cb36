import { errorTable } from '../declare/errors.ts';

export const scriptErrors = errorTable({
  CannotExecuteCommandOrConsoleApplicationError: "Can't execute command or console application",
  FailedToRunScriptInTheAllottedTimeError: 'Failed to run script in the allotted time',
  FailedToRunPowerShellScriptError: 'Failed to run PowerShell script',
  FailedToRunPythonScriptError: 'Failed to run Python script',
  FailedToRunJavaScriptError: 'Failed to run JavaScript',
  DirectoryNotFoundError: 'Directory not found',
  EncodingNotAvailableError: 'Encoding not available',
});
