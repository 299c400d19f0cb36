import { type ActionCall, type ActionDefinition, type ActionResult, fileOf, textList } from '@deskhand/robin';
import { boolean, choice, datatable, output, secret, text } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readBoolean, readChoice, readText } from '../declare/read-argument.ts';
import { checkDestination, exchanged, saved, type Saving, savingArguments, savings, textEncoding } from './download.ts';
import { webErrors } from './errors.ts';
import { bodyText, commonArguments, customHeaders, multipart, requestFrom } from './request-arguments.ts';
import { readAnswer } from './response.ts';

const serviceArguments = {
  ...commonArguments,
  CustomHeaders: text({ default: '' }),
  FailOnErrorStatus: boolean({ default: false }),
  TrimRequestBody: boolean({ default: true }),
};
const credentials = { Username: text(), Password: secret() };
const written = {
  RequestBody: text({ default: '' }),
  ContentType: text({ default: 'application/xml' }),
};
const uploaded = { Attachments: datatable(), UploadType: choice('Web.UploadType', ['FilePath', 'Binary']) };
const method = choice('Web.Method', ['Get', 'Post', 'Connect', 'Head', 'Put', 'Delete', 'Options', 'Trace', 'Patch']);

/** `''` is the form with any method and a written body; the others fix the method, and some upload files. */
const bodies = ['', 'Post', 'PostUpload', 'Put', 'PutUpload'] as const;

const forms = savings.flatMap((saving) =>
  [false, true].flatMap((hasUser) =>
    bodies.map((body) => ({
      saving,
      hasUser,
      body,
      selector: `InvokeWebService${hasUser ? 'UseAuth' : ''}${saving === '' ? '' : `Save${saving}`}${body}`,
    })),
  ),
);

export const invokeWebService: ActionDefinition = {
  id: 'Web.InvokeWebService',
  title: 'Invoke web service',
  summary:
    'Sends a request and keeps the answer, as text or on the disk. Ours, unproven in Power Automate: only the body of a form is encoded; JSON and XML go out as written.',
  linux: 'core',
  errors: [
    webErrors.InvokeWebServiceError,
    webErrors.DirectoryDoesNotExistError,
    webErrors.InvalidHeaderInCustomHeadersError,
    webErrors.EncodingNotAvailableError,
  ],
  selectors: Object.fromEntries(
    forms.map(({ saving, hasUser, body, selector }) => {
      const isUpload = body.endsWith('Upload');
      return [
        selector,
        {
          arguments: {
            Url: text(),
            Accept: text({ default: 'application/xml' }),
            EncodeRequestBody: boolean({ default: true }),
            ...serviceArguments,
            ...(isUpload ? uploaded : written),
            ...(body === '' ? { Method: method } : {}),
            ...savingArguments[saving],
            ...(hasUser ? credentials : {}),
          },
          outputs: {
            StatusCode: output('number', 'StatusCode'),
            ResponseHeaders: output('list', 'WebServiceResponseHeaders'),
            ...(saving === ''
              ? { Response: output('text', 'WebServiceResponse') }
              : { DownloadedFile: output('file', 'DownloadedFile') }),
          },
          run: (call) => invoke(call, { saving, hasUser, method: body.replace('Upload', ''), isUpload }),
        } satisfies ActionDefinition['selectors'][string],
      ];
    }),
  ),
};

interface Invoking {
  readonly saving: Saving;
  readonly hasUser: boolean;
  readonly method: string;
  readonly isUpload: boolean;
}

async function invoke(call: ActionCall, { saving, hasUser, method: fixed, isUpload }: Invoking): Promise<ActionResult> {
  const encoding = textEncoding(call);
  checkDestination(call, saving);
  const error = webErrors.InvokeWebServiceError;
  const accept = readText(call, 'Accept');
  const { contentType, body } = isUpload ? multipart(call, error) : writtenBody(call);
  const request = requestFrom(
    call,
    {
      method: fixed === '' ? readChoice(call, 'Method') : fixed,
      address: readText(call, 'Url'),
      headers: {
        ...(accept === '' ? {} : { Accept: accept }),
        ...(body === undefined || contentType === '' ? {} : { 'Content-Type': contentType }),
        ...customHeaders(readText(call, 'CustomHeaders')),
      },
      ...(body === undefined ? {} : { body }),
      ...(hasUser ? { userName: readText(call, 'Username') } : {}),
    },
    error,
  );
  return exchanged(request, error, async (answer) => {
    failOnStatus(call, answer.status);
    const common = { StatusCode: answer.status, ResponseHeaders: textList(answer.headers) };
    if (saving === '') return { outputs: { ...common, Response: await readAnswer(answer, encoding) } };
    return { outputs: { ...common, DownloadedFile: fileOf(await saved(call, saving, answer)) } };
  });
}

function writtenBody(call: ActionCall): { contentType: string; body?: Uint8Array } {
  const contentType = readText(call, 'ContentType');
  const content = bodyText(call, contentType);
  return content === '' ? { contentType } : { contentType, body: Buffer.from(content) };
}

function failOnStatus(call: ActionCall, status: number): void {
  if (status >= 400 && readBoolean(call, 'FailOnErrorStatus')) {
    throw new Error(`the server answered with the status ${status}`);
  }
}

const soapArguments = { Endpoint: text(), RequestBody: text(), ...serviceArguments };
const soapOutputs = {
  StatusCode: output('number', 'StatusCode'),
  ResponseHeaders: output('list', 'SoapServiceResponseHeaders'),
  Response: output('text', 'SoapServiceResponse'),
};

export const invokeSoapService: ActionDefinition = {
  id: 'Web.InvokeSoapService',
  title: 'Invoke SOAP web service',
  summary:
    'Posts an envelope to a SOAP service. Ours: the content type follows the version of the envelope; a header SOAPAction goes into the custom headers.',
  linux: 'core',
  errors: [
    webErrors.InvokeSOAPWebServiceError,
    webErrors.InvalidHeaderInCustomHeadersError,
    webErrors.EncodingNotAvailableError,
  ],
  selectors: {
    InvokeSoapService: { arguments: soapArguments, outputs: soapOutputs, run: (call) => soap(call, false) },
    InvokeSoapServiceUseAuth: {
      arguments: { ...soapArguments, ...credentials },
      outputs: soapOutputs,
      run: (call) => soap(call, true),
    },
  },
};

async function soap(call: ActionCall, hasUser: boolean): Promise<ActionResult> {
  const encoding = textEncoding(call);
  const error = webErrors.InvokeSOAPWebServiceError;
  const envelope = bodyText(call, 'text/xml');
  if (envelope === '') throw failure(error, 'The request has no envelope.');
  const isNewer = envelope.includes('http://www.w3.org/2003/05/soap-envelope');
  const headers = {
    'Content-Type': `${isNewer ? 'application/soap+xml' : 'text/xml'}; charset=utf-8`,
    ...customHeaders(readText(call, 'CustomHeaders')),
  };
  const sending = { method: 'POST', address: readText(call, 'Endpoint'), headers, body: Buffer.from(envelope) };
  const request = requestFrom(call, hasUser ? { ...sending, userName: readText(call, 'Username') } : sending, error);
  return exchanged(request, error, async (answer) => {
    failOnStatus(call, answer.status);
    const Response = await readAnswer(answer, encoding);
    return { outputs: { StatusCode: answer.status, ResponseHeaders: textList(answer.headers), Response } };
  });
}
