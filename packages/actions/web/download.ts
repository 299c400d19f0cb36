import { dirname, join } from 'node:path';
import {
  type ActionCall,
  type ActionDefinition,
  type ActionErrorCode,
  type ArgumentDefinition,
  fileOf,
} from '@deskhand/robin';
import { datatable, file, folder, output, secret, text } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readChoice, readPath, readTable, readText } from '../declare/read-argument.ts';
import type { TextEncoding } from '../encoding/text-encoding.ts';
import { isFolder } from '../file/find-files.ts';
import { webErrors } from './errors.ts';
import { type HttpAnswer, type HttpRequest, sendRequest } from './http-request.ts';
import { commonArguments, formBody, requestFrom } from './request-arguments.ts';
import { encodingOf, fileNameOf, readAnswer, saveAnswer } from './response.ts';

export type Saving = '' | 'ToFile' | 'ToFolder';
export const savings: readonly Saving[] = ['', 'ToFile', 'ToFolder'];
export const savingArguments: Readonly<Record<Saving, Readonly<Record<string, ArgumentDefinition>>>> = {
  '': {},
  ToFile: { FilePath: file() },
  ToFolder: { DestinationFolder: folder() },
};

/** Sends, and says in one way what went wrong. The address is told without the password it may hold. */
export async function exchanged<T>(
  request: HttpRequest,
  error: ActionErrorCode,
  use: (answer: HttpAnswer) => Promise<T>,
): Promise<T> {
  try {
    return await use(await sendRequest(request));
  } catch (cause) {
    request.signal.throwIfAborted();
    throw failure(error, `${request.url.origin}${request.url.pathname} could not be reached or read.`, cause);
  }
}

export function textEncoding(call: ActionCall): TextEncoding | undefined {
  const member = readChoice(call, 'Encoding');
  const encoding = encodingOf(member);
  if (encoding !== 'unknown') return encoding;
  throw failure(webErrors.EncodingNotAvailableError, `The code page ${member} cannot be read here.`);
}

/** Looks before anything is sent whether the answer can be put where it shall go. */
export function checkDestination(call: ActionCall, saving: Saving): void {
  if (saving === '') return;
  const wanted = saving === 'ToFile' ? dirname(readPath(call, 'FilePath')) : readPath(call, 'DestinationFolder');
  if (!isFolder(wanted)) throw failure(webErrors.DirectoryDoesNotExistError, `The folder ${wanted} does not exist.`);
}

export async function saved(call: ActionCall, saving: Exclude<Saving, ''>, answer: HttpAnswer): Promise<string> {
  const path =
    saving === 'ToFile' ? readPath(call, 'FilePath') : join(readPath(call, 'DestinationFolder'), fileNameOf(answer));
  await saveAnswer(answer, path, call.context.signal);
  return path;
}

const credentials = { UserName: text(), Password: secret() };

const forms = savings.flatMap((saving) =>
  [false, true].flatMap((isPost) =>
    [false, true].map((hasUser) => ({
      saving,
      isPost,
      hasUser,
      selector: `Download${saving}${isPost ? (hasUser ? 'UsePostAndAuth' : 'UsePost') : hasUser ? 'UseAuth' : ''}`,
    })),
  ),
);

export const downloadFromWeb: ActionDefinition = {
  id: 'Web.DownloadFromWeb',
  title: 'Download from web',
  summary:
    'Loads a page or a file, as text or to the disk. Ours: an answer with an error status fails; a file gets its name only when it is whole.',
  linux: 'core',
  errors: [webErrors.DirectoryDoesNotExistError, webErrors.DownloadFromWebError, webErrors.EncodingNotAvailableError],
  selectors: Object.fromEntries(
    forms.map(({ saving, isPost, hasUser, selector }) => [
      selector,
      {
        arguments: {
          Url: text(),
          ...commonArguments,
          ...savingArguments[saving],
          ...(isPost ? { Parameters: datatable() } : {}),
          ...(hasUser ? credentials : {}),
        },
        outputs:
          saving === ''
            ? { WebPageText: output('text', 'WebPageText') }
            : { DownloadedFile: output('file', 'DownloadedFile') },
        run: (call) => download(call, saving, isPost, hasUser),
      } satisfies ActionDefinition['selectors'][string],
    ]),
  ),
};

async function download(call: ActionCall, saving: Saving, isPost: boolean, hasUser: boolean) {
  const encoding = textEncoding(call);
  checkDestination(call, saving);
  const request = requestFrom(
    call,
    {
      method: isPost ? 'POST' : 'GET',
      address: readText(call, 'Url'),
      headers: isPost ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {},
      ...(isPost ? { body: formBody(readTable(call, 'Parameters')) } : {}),
      ...(hasUser ? { userName: readText(call, 'UserName') } : {}),
    },
    webErrors.DownloadFromWebError,
  );
  return exchanged(request, webErrors.DownloadFromWebError, async (answer) => {
    if (answer.status >= 400) {
      answer.body.resume();
      throw new Error(`the server answered with the status ${answer.status}`);
    }
    if (saving === '') return { outputs: { WebPageText: await readAnswer(answer, encoding) } };
    return { outputs: { DownloadedFile: fileOf(await saved(call, saving, answer)) } };
  });
}
