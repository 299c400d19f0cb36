import { errorTable } from '../declare/errors.ts';

export const webErrors = errorTable({
  DownloadFromWebError: 'Download from web error',
  InvokeWebServiceError: 'Invoke web service error',
  InvokeSOAPWebServiceError: 'Invoke SOAP web service error',
  DirectoryDoesNotExistError: "Directory doesn't exist",
  InvalidHeaderInCustomHeadersError: 'Invalid header in custom headers',
  EncodingNotAvailableError: 'Encoding not available',
});
