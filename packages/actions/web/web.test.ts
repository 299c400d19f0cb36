import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type ArgumentValue, binaryOf, datatableOf, secretOf } from '@deskhand/robin';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runner, testContext } from '../test-context.ts';
import { webModule } from './module.ts';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
const seen: Seen[] = [];
const answers: Readonly<Record<string, (response: ServerResponse, request: IncomingMessage) => void>> = {
  '/page': (response) => response.end('hello'),
  '/latin': (response) =>
    response.setHeader('Content-Type', 'text/plain; charset=iso-8859-1').end(Buffer.from('é', 'latin1')),
  '/zip': (response) => response.setHeader('Content-Encoding', 'gzip').end(gzipSync('unpacked')),
  '/missing': (response) => response.writeHead(404).end('nothing here'),
  '/moved': (response) => response.writeHead(302, { Location: '/page' }).end(),
  '/circle': (response) => response.writeHead(302, { Location: '/circle' }).end(),
  '/away': (response, request) =>
    response.writeHead(307, { Location: `http://localhost:${request.socket.localPort}/page` }).end(),
  '/cookie': (response) => response.setHeader('Set-Cookie', ['id=1; Path=/', 'gone=1; Max-Age=0']).end('set'),
  '/report': (response) =>
    response.setHeader('Content-Disposition', 'attachment; filename="../../re port.csv"').end('a,b'),
  '/silent': () => undefined,
  '/broken': (response) => {
    response.writeHead(200, { 'Content-Length': '100' });
    response.write('part');
    response.socket?.end();
  },
};

let server: Server;
let base = '';
let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'web-'));
  server = createServer((request, response) => {
    void textOf(request).then((body) => {
      seen.push({ method: request.method, url: request.url, headers: request.headers, body });
      const answer = answers[(request.url ?? '').split('?')[0] ?? ''];
      if (answer === undefined) response.end();
      else answer(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  server.closeAllConnections();
  server.close();
});
beforeEach(() => void (seen.length = 0));

const run = runner(webModule);
type Values = Readonly<Record<string, ArgumentValue>>;
const result = async (id: string, values: Values, context = testContext()) =>
  (await run(`Web.${id}`, values, context)).outputs ?? {};
const download = async (path: string, values: Values = {}, selector = 'Download', context = testContext()) =>
  await result(`DownloadFromWeb.${selector}`, { Url: base + path, ...values }, context);
const invoke = async (path: string, values: Values = {}, selector = '', context = testContext()) =>
  await result(`InvokeWebService.InvokeWebService${selector}`, { Url: base + path, ...values }, context);

describe('downloads', () => {
  test('a page becomes text, in its own encoding', async () => {
    expect(await download('/page')).toEqual({ WebPageText: 'hello' });
    expect(await download('/latin')).toEqual({ WebPageText: 'é' });
    expect(await download('/latin', { Encoding: 'koi8_r' })).toEqual({ WebPageText: 'И' });
    expect(await download('/zip')).toEqual({ WebPageText: 'unpacked' });
    expect(seen[0]?.headers['user-agent']).toContain('Firefox/3.6');
  });

  test('a file is put where it shall go, or under the name the server gives, never elsewhere', async () => {
    const path = join(folder, 'page.html');
    expect(await download('/page', { FilePath: path }, 'DownloadToFile')).toEqual({
      DownloadedFile: { kind: 'file', path },
    });
    expect(readFileSync(path, 'utf8')).toBe('hello');
    const named = await download('/report', { DestinationFolder: folder }, 'DownloadToFolder');
    expect(named).toEqual({ DownloadedFile: { kind: 'file', path: join(folder, 're port.csv') } });
  });

  test('a file that breaks off leaves nothing behind', async () => {
    const path = join(folder, 'half');
    await expect(download('/broken', { FilePath: path }, 'DownloadToFile')).rejects.toMatchObject({
      code: 'DownloadFromWebError',
    });
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('parameters are posted as a form', async () => {
    const Parameters = datatableOf(
      ['Name', 'Value'],
      [
        ['q', 'a b&c'],
        ['n', 1],
      ],
    );
    await download('/page', { Parameters }, 'DownloadUsePost');
    expect(seen[0]).toMatchObject({ method: 'POST', body: 'q=a+b%26c&n=1' });
    for (const [selector, where] of [
      ['DownloadToFileUsePost', { FilePath: join(folder, 'p') }],
      ['DownloadToFolderUsePost', { DestinationFolder: folder }],
    ] as const) {
      await download('/page', { Parameters, ...where }, selector);
    }
    expect(seen.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST']);
  });

  test('a user and password go out as basic authentication', async () => {
    const account = { UserName: 'alice', Password: secretOf('s:ä') };
    const Parameters = datatableOf(undefined, [['a', 'b']]);
    await download('/page', account, 'DownloadUseAuth');
    await download('/page', { ...account, FilePath: join(folder, 'x') }, 'DownloadToFileUseAuth');
    await download('/page', { ...account, DestinationFolder: folder }, 'DownloadToFolderUseAuth');
    await download('/page', { ...account, Parameters }, 'DownloadUsePostAndAuth');
    await download('/page', { ...account, Parameters, FilePath: join(folder, 'x') }, 'DownloadToFileUsePostAndAuth');
    await download('/page', { ...account, Parameters, DestinationFolder: folder }, 'DownloadToFolderUsePostAndAuth');
    const expected = `Basic ${Buffer.from('alice:s:ä').toString('base64')}`;
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(Array(6).fill(expected));
  });

  test('an error status, an unknown server and a bad address are told apart in their text', async () => {
    await expect(download('/missing')).rejects.toMatchObject({
      code: 'DownloadFromWebError',
      details: expect.stringContaining('404'),
    });
    await expect(result('DownloadFromWeb.Download', { Url: 'http://127.0.0.1:1/' })).rejects.toMatchObject({
      code: 'DownloadFromWebError',
    });
    await expect(result('DownloadFromWeb.Download', { Url: 'http://' })).rejects.toThrow(/no address/);
    await expect(result('DownloadFromWeb.Download', { Url: 'ftp://127.0.0.1/' })).rejects.toMatchObject({
      details: expect.stringContaining('http://'),
    });
    await expect(download('/page', { FilePath: '/no/such/folder/x' }, 'DownloadToFile')).rejects.toMatchObject({
      code: 'DirectoryDoesNotExistError',
    });
    await expect(download('/page', { Encoding: 'x_iscii_ta' })).rejects.toMatchObject({
      code: 'EncodingNotAvailableError',
    });
  });
});

describe('redirects, cookies and time', () => {
  test('redirects are followed, unless they shall not be', async () => {
    expect(await download('/moved')).toEqual({ WebPageText: 'hello' });
    expect(await download('/moved', { FollowRedirection: false })).toEqual({ WebPageText: '' });
    await expect(download('/circle')).rejects.toMatchObject({ details: expect.stringContaining('redirects') });
  });

  test('a password does not follow a redirect to another server', async () => {
    await download('/away', { UserName: 'alice', Password: secretOf('x') }, 'DownloadUseAuth');
    expect(seen[0]?.headers.authorization).toBeDefined();
    expect(seen[1]).toMatchObject({ url: '/page' });
    expect(seen[1]?.headers.authorization).toBeUndefined();
  });

  test('cookies last as long as the run, or until they are cleared', async () => {
    const context = testContext();
    await download('/cookie', {}, 'Download', context);
    await download('/page', {}, 'Download', context);
    await download('/page', { ClearCookies: true }, 'Download', context);
    await download('/page');
    expect(seen.map(({ headers }) => headers.cookie)).toEqual([undefined, 'id=1', undefined, undefined]);
  });

  test('a server that says nothing is given up', async () => {
    await expect(download('/silent', { ConnectionTimeout: 1 })).rejects.toMatchObject({
      details: expect.stringContaining('1 seconds'),
    });
  });

  test('a request ends when the run is cancelled', async () => {
    const cancelling = new AbortController();
    const waiting = download('/silent', {}, 'Download', testContext({ signal: cancelling.signal }));
    cancelling.abort();
    await expect(waiting).rejects.toThrow(/abort/i);
  });
});

describe('web services', () => {
  test('send what they are given and tell status, headers and answer', async () => {
    const values = {
      Method: 'Patch',
      RequestBody: ' {"a": "b c"} ',
      ContentType: 'application/json',
      Accept: 'application/json',
      CustomHeaders: 'X-One: 1\r\nX-Two: ü',
    };
    const answer = await invoke('/page?x=1', values);
    expect(answer).toMatchObject({ StatusCode: 200, Response: 'hello', ResponseHeaders: { kind: 'list' } });
    expect(seen[0]).toMatchObject({ method: 'PATCH', url: '/page?x=1', body: '{"a": "b c"}' });
    expect(seen[0]?.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/json',
      'x-one': '1',
    });
  });

  test('encode the body of a form only', async () => {
    const form = { Method: 'Post', RequestBody: 'a=b c&d=ä', ContentType: 'application/x-www-form-urlencoded' };
    await invoke('/page', form);
    await invoke('/page', { ...form, EncodeRequestBody: false });
    await invoke('/page', { ...form, ContentType: 'text/plain', TrimRequestBody: false, RequestBody: ' a b' });
    expect(seen.map(({ body }) => body)).toEqual(['a=b+c&d=%C3%A4', 'a=b c&d=ä', ' a b']);
  });

  test('keep an error status as an answer, unless they shall fail on it', async () => {
    expect(await invoke('/missing')).toMatchObject({ StatusCode: 404, Response: 'nothing here' });
    await expect(invoke('/missing', { FailOnErrorStatus: true })).rejects.toMatchObject({
      code: 'InvokeWebServiceError',
      details: expect.stringContaining('404'),
    });
  });

  test('refuse a header that is none without telling its value', async () => {
    const attempt = invoke('/page', { CustomHeaders: 'Bad Name: secret' });
    await expect(attempt).rejects.toMatchObject({ code: 'InvalidHeaderInCustomHeadersError' });
    await expect(attempt).rejects.not.toThrow(/secret/);
    expect(seen).toEqual([]);
  });

  const account = { Username: 'alice', Password: secretOf('pw') };
  const upload = () => ({
    Attachments: datatableOf(undefined, [['doc', binaryOf(Buffer.from('bytes')), 'text/plain']]),
    UploadType: 'Binary',
  });
  const places: readonly (readonly [string, () => Values])[] = [
    ['', () => ({})],
    ['SaveToFile', () => ({ FilePath: join(folder, 'answer') })],
    ['SaveToFolder', () => ({ DestinationFolder: folder })],
  ];
  for (const [place, where] of places) {
    for (const user of ['', 'UseAuth']) {
      test(`every method of the form ${user}${place}`, async () => {
        const values = { ...where(), ...(user === '' ? {} : account) };
        const written = { ...values, RequestBody: '<a/>' };
        await invoke('/page', { ...values, Method: 'Delete' }, user + place);
        await invoke('/page', written, `${user}${place}Post`);
        await invoke('/page', written, `${user}${place}Put`);
        await invoke('/page', { ...values, ...upload() }, `${user}${place}PostUpload`);
        const last = await invoke('/page', { ...values, ...upload() }, `${user}${place}PutUpload`);
        expect(seen.map(({ method }) => method)).toEqual(['DELETE', 'POST', 'PUT', 'POST', 'PUT']);
        expect(new Set(seen.map(({ headers }) => headers.authorization !== undefined))).toEqual(new Set([user !== '']));
        expect(seen[1]).toMatchObject({ body: '<a/>' });
        expect(seen[3]?.body).toContain(
          'Content-Disposition: form-data; name="doc"; filename="doc"\r\nContent-Type: text/plain\r\n\r\nbytes\r\n',
        );
        expect(place === '' ? last['Response'] : last['DownloadedFile']).toBeDefined();
      });
    }
  }

  test('upload files by their paths', async () => {
    writeFileSync(join(folder, 'up.txt'), 'content');
    const values = { Attachments: datatableOf(undefined, [['doc', join(folder, 'up.txt')]]) };
    await invoke('/page', values, 'PostUpload');
    expect(seen[0]?.body).toContain('filename="up.txt"');
    await expect(
      invoke('/page', { Attachments: datatableOf(undefined, [['doc', '/no/such']]) }, 'PostUpload'),
    ).rejects.toMatchObject({ code: 'InvokeWebServiceError' });
  });
});

test.each([
  ['InvokeSoapService', {}, '<Envelope/>', 'text/xml; charset=utf-8'],
  [
    'InvokeSoapServiceUseAuth',
    { Username: 'alice', Password: secretOf('x') },
    '<e xmlns="http://www.w3.org/2003/05/soap-envelope"/>',
    'application/soap+xml; charset=utf-8',
  ],
])('%s posts the envelope', async (selector, account, envelope, type) => {
  const values = { Endpoint: `${base}/page`, RequestBody: envelope, CustomHeaders: 'SOAPAction: "do"', ...account };
  expect(await result(`InvokeSoapService.${selector}`, values)).toMatchObject({ StatusCode: 200, Response: 'hello' });
  expect(seen[0]).toMatchObject({
    method: 'POST',
    body: envelope,
    headers: { 'content-type': type, soapaction: '"do"' },
  });
});
