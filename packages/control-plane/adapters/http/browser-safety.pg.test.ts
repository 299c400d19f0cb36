import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { allPermissions } from '@deskhand/domain/account/permissions.ts';
import { errorTable } from '@deskhand/protocol/errors.ts';
import type { Route } from '@deskhand/protocol/http/route.ts';
import { routes } from '@deskhand/protocol/http/routes.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpWorld, type HttpWorld, type Person, problemOf } from '../../testing/http-world.ts';
import { readPortalFiles } from './portal-files.ts';

let world: HttpWorld;
let admin: Person;
const folder = mkdtempSync(join(tmpdir(), 'dh-portal-'));
const page = '<!doctype html><title>Portal</title>';

beforeAll(async () => {
  mkdirSync(join(folder, 'portal', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'portal', 'index.html'), page);
  writeFileSync(join(folder, 'portal', 'assets', 'app-1a2b.js'), 'export const answer = 42;');
  writeFileSync(join(folder, 'portal', 'assets', 'app-1a2b.css'), 'body { margin: 0 }');
  writeFileSync(join(folder, 'portal', 'notes.secretfile'), 'never served');
  writeFileSync(join(folder, 'outside.html'), 'never served');
  world = await createHttpWorld({ portal: readPortalFiles(join(folder, 'portal')) });
  admin = await world.person('admin', ['admin']);
});
afterAll(async () => {
  await world.end();
  rmSync(folder, { recursive: true });
});

const changing = (Object.entries(routes) as [string, Route][]).filter(([, { method }]) => method !== 'GET');

describe('a request from another site', () => {
  test.each(changing)('cannot call %s with the cookie of whoever is signed in', async (_id, route) => {
    const before = (await world.auditRows()).length;
    const foreign = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://localhost:80.evil.example' },
      { origin: '' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
    ];
    for (const headers of foreign) {
      const path = route.path.replace('{id}', 'none');
      const all = { ...(headers as Record<string, string>), cookie: `deskhand=${admin.cookie}` };
      const answer = await world.ask(route.method, path, { headers: all });
      expect([headers, answer.statusCode, problemOf(answer).code]).toEqual([headers, 403, 'wrong-origin']);
    }
    expect(await world.auditRows()).toHaveLength(before);
  });

  test('reads nothing either: no answer allows another origin', async () => {
    const answer = await world.ask('GET', '/me', { as: admin, headers: { origin: 'https://evil.example' } });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    const preflight = await world.ask('OPTIONS', '/me', { headers: { origin: 'https://evil.example' } });
    expect(preflight.statusCode).toBe(404);
  });

  test('our own pages and programs without a browser pass', async () => {
    const cookie = `deskhand=${admin.cookie}`;
    const body = { name: 'mine' };
    for (const headers of [{ origin: 'http://localhost:4680' }, { 'sec-fetch-site': 'same-origin' }, {}]) {
      const all = { host: 'localhost:4680', cookie, ...(headers as Record<string, string>) };
      expect((await world.ask('POST', '/api-tokens', { headers: all, body })).statusCode).toBe(201);
    }
  });
});

test('the cookie is closed to scripts, to other sites and to other paths, and ends at sign-out', async () => {
  const password = 'a long enough sentence';
  const account = { name: 'Bob', email: 'bob@corp.example', password, roles: ['viewer'] };
  await world.ask('POST', '/accounts', { as: admin, body: account });
  const answer = await world.ask('POST', '/sign-in', { body: { email: account.email, password } });
  expect(answer.cookies).toMatchObject([{ name: 'deskhand', httpOnly: true, sameSite: 'Strict', path: '/' }]);
  const cookie = `deskhand=${answer.cookies[0]?.value}`;
  expect(answer.payload).not.toContain(String(answer.cookies[0]?.value));
  expect((await world.ask('GET', '/me', { headers: { cookie } })).statusCode).toBe(200);
  const out = await world.ask('POST', '/sign-out', { headers: { cookie } });
  expect(out.cookies).toMatchObject([{ name: 'deskhand', value: '' }]);
  expect((await world.ask('GET', '/me', { headers: { cookie } })).statusCode).toBe(401);
});

test('every kind of answer carries the security headers', async () => {
  const answers = {
    page: await world.ask('GET', 'http://localhost/'),
    asset: await world.app.inject('/assets/app-1a2b.js'),
    json: await world.ask('GET', '/me', { as: admin }),
    empty: await world.ask('DELETE', '/api-tokens/none', { as: admin }),
    refused: await world.ask('GET', '/me'),
    invalid: await world.ask('POST', '/sign-in', { payload: '{', headers: { 'content-type': 'application/json' } }),
    unknown: await world.ask('GET', '/nowhere', { as: admin }),
    undecodable: await world.app.inject('/%E0%A4%A'),
    health: await world.app.inject('/healthz'),
    ready: await world.app.inject('/readyz'),
    openapi: await world.ask('GET', '/openapi.json'),
    head: await world.app.inject({ method: 'HEAD', url: '/' }),
  };
  for (const [kind, { headers }] of Object.entries(answers)) {
    expect([kind, headers]).toEqual([
      kind,
      expect.objectContaining({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      }),
    ]);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
  }
});

test('answers of the API are kept by no cache', async () => {
  for (const [id, route] of Object.entries(routes) as [string, Route][]) {
    if (id === 'events' || id === 'signOut') continue;
    const answer = await world.ask(route.method, route.path.replace('{id}', 'none'), { as: admin });
    expect([id, answer.headers['cache-control']]).toEqual([id, 'no-store']);
  }
});

describe('the portal', () => {
  const get = (url: string, encoding = '') => world.app.inject({ url, headers: { 'accept-encoding': encoding } });

  test('serves its files with their types; hashed names for ever, pages asked for anew', async () => {
    const script = await get('/assets/app-1a2b.js');
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    });
    expect((await get('/assets/app-1a2b.css')).headers['content-type']).toBe('text/css; charset=utf-8');
    expect((await get('/')).headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
    });
  });

  test('compresses as the browser wishes', async () => {
    const brotli = await get('/', 'gzip, deflate, br');
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(brotli.rawPayload).toString()).toBe(page);
    const gzip = await get('/', 'gzip, br;q=0');
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.rawPayload).toString()).toBe(page);
    expect((await get('/', 'identity')).payload).toBe(page);
  });

  test('answers every page address with the page, and a missing file with 404', async () => {
    for (const url of [
      '/',
      '/runs',
      '/runs/abc?tab=log',
      '/setup',
      '//evil.example/x',
      '//[',
      '/a b'.replace(' ', '%20'),
    ])
      expect([url, (await get(url)).payload]).toEqual([url, page]);
    for (const url of ['/assets/gone.js', '/favicon.ico', '/notes.secretfile', '/api/v1/nowhere', '/api/v2/me'])
      expect([url, problemOf(await get(url)).code]).toEqual([url, 'route-not-found']);
  });

  test.each([
    '/../outside.html',
    '/assets/../../outside.html',
    '/..%2foutside.html',
    '/%2e%2e/outside.html',
    '/%2e%2e%2foutside.html',
    '/assets/..%5c..%5coutside.html',
    '/assets/%2e%2e/%2e%2e/outside.html',
    '/....//outside.html',
    '/assets//etc/passwd',
    '/%00/outside.html',
    '/outside.html%00.js',
    '/__proto__',
    '/constructor',
  ])('never leaves its folder: %s', async (url) => {
    const answer = await get(url);
    expect(answer.payload).not.toContain('never served');
    expect(answer.payload).not.toContain('root:');
    expect(answer.statusCode).toBeLessThan(500);
  });
});

describe('/api/v1/openapi.json', () => {
  type Operation = {
    operationId: string;
    summary: string;
    'x-permission': string;
    security: unknown[];
    parameters: { name: string; in: string; required: boolean; schema: object }[];
    requestBody?: { content: Record<string, { schema: { additionalProperties?: boolean } }> };
    responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
  };
  interface Page {
    openapi: string;
    info: { title: string; version: string };
    paths: Record<string, Record<string, Operation>>;
    components: {
      schemas: Record<string, { properties: Record<string, { enum?: string[] }> }>;
      securitySchemes: object;
    };
  }
  let described: Page;
  beforeAll(async () => {
    described = (await world.ask('GET', '/openapi.json')).json<Page>();
  });

  test('is OpenAPI 3.1 with every route, its permission and the shape of errors', () => {
    expect(described.openapi).toMatch(/^3\.1\.\d$/);
    expect(described.info).toMatchObject({ title: 'Deskhand', version: '1.2.3' });
    const operations = Object.values(described.paths).flatMap((path) => Object.values(path));
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(routes).sort());
    for (const operation of operations) {
      expect(allPermissions.has(operation['x-permission'])).toBe(true);
      expect(operation.security.length === 0).toBe(operation['x-permission'] === 'public');
      expect(operation.responses.default?.content).toEqual({
        'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
      });
      for (const response of Object.values(operation.responses)) expect(response.description).not.toBe('');
    }
    expect(described.components.schemas.Problem?.properties.code?.enum).toEqual(Object.keys(errorTable));
  });

  test('declares every place of an address once, and closed bodies', () => {
    for (const [path, methods] of Object.entries(described.paths))
      for (const operation of Object.values(methods)) {
        const places = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
        const declared = operation.parameters.filter((parameter) => parameter.in === 'path');
        expect(declared.map(({ name }) => name)).toEqual(places);
        expect(declared.every(({ required }) => required)).toBe(true);
        const names = operation.parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
        expect(new Set(names).size).toBe(names.length);
        const schema = operation.requestBody?.content['application/json']?.schema;
        if (schema) expect(schema.additionalProperties).toBe(false);
      }
  });

  test('names no schema that is missing', () => {
    const text = JSON.stringify(described);
    for (const [, target = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g))
      expect(
        target.split('/').reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], described),
      ).toBeDefined();
  });
});
