import { errorTable } from '../declare/errors.ts';

export const systemErrors = errorTable({
  FileOrApplicationNotFoundError: 'File or application not found',
  AccessDeniedToApplicationOrFileError: 'Access denied to application or file',
  CannotRetrieveApplicationsMainWindowHandleError: "Can't retrieve application's main window handle",
  CannotRunApplicationOrOpenFileError: "Can't run application or open file",
  ProcessWithSpecifiedIDIsNotRunningError: "Process with specified ID isn't running",
  FailedToTerminateProcessError: 'Failed to terminate process',
  CannotRetrieveListOfProcessesError: "Can't retrieve list of processes",
  EnvironmentVariableDoesNotExistError: "Environment variable doesn't exist",
  FailedToDeleteEnvironmentVariableError: 'Failed to delete environment variable',
  CannotSetEnvironmentVariableValueError: "Can't set environment variable value",
  InsufficientPermissionsError: 'Insufficient permissions',
  CannotCompletePingActionError: "Can't complete ping action",
});
