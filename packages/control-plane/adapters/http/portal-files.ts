import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type DocTexts, docPage } from './doc-pages.ts';

interface PortalFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly brotli: Buffer;
  readonly isHashed: boolean;
}
/** By address. Read once at the start, because the program may give up the right to read its folder afterwards. */
export type PortalFiles = ReadonlyMap<string, PortalFile>;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
};

/** The best of Brotli's eleven levels takes seconds for all files, which every start would wait for. */
const quickly = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

export function readPortalFiles(folder: string): PortalFiles {
  const files = new Map<string, PortalFile>();
  if (!existsSync(folder)) return files;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const type = types[extname(name)];
    if (!type) continue;
    const address = `/${relative('.', name).split(sep).join('/')}`;
    files.set(address, fileOf(type, readFileSync(join(folder, name)), address.startsWith('/assets/')));
  }
  return files;
}

/** The guides as pages beside the portal; whoever cannot sign in needs them most, so they are for everybody. */
export function docFiles(texts: DocTexts): PortalFiles {
  const known = new Set(texts.keys());
  const pages = [...texts].map(([address, text]) => [address, Buffer.from(docPage(text, address, known))] as const);
  return new Map(pages.map(([address, page]) => [address, fileOf('text/html; charset=utf-8', page, false)]));
}

function fileOf(type: string, plain: Buffer, isHashed: boolean): PortalFile {
  return { type, plain, gzip: gzipSync(plain), brotli: brotliCompressSync(plain, quickly), isHashed };
}

/** Files by their address; every other address without an extension is a page of the portal. */
export function servePortal(app: FastifyInstance, files: PortalFiles): void {
  app.get('/*', (request, reply) => {
    const [path = ''] = request.url.split('?');
    const file =
      files.get(path) ?? (path.startsWith('/api/') || extname(path) !== '' ? undefined : files.get('/index.html'));
    if (!file) return reply.callNotFound();
    return sendFile(request, reply, file);
  });
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: PortalFile): FastifyReply {
  const accepted = String(request.headers['accept-encoding'] ?? '');
  reply.type(file.type).header('vary', 'accept-encoding');
  // Hashed names never change their content.
  reply.header('cache-control', file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (accepts(accepted, 'br')) return reply.header('content-encoding', 'br').send(file.brotli);
  if (accepts(accepted, 'gzip')) return reply.header('content-encoding', 'gzip').send(file.gzip);
  return reply.send(file.plain);
}

/** `br;q=0` means that it is not wanted. */
const accepts = (accepted: string, coding: 'br' | 'gzip'): boolean =>
  accepted.split(',').some((part) => {
    const [name, ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    return name === coding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
