import type { IncomingMessage } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { allPermissions, mayDo } from '@deskhand/domain/account/permissions.ts';
import { type ErrorCode, problem } from '@deskhand/protocol/errors.ts';
import { openApi } from '@deskhand/protocol/http/openapi.ts';
import { closed, type Route } from '@deskhand/protocol/http/route.ts';
import { API_PREFIX, type OperationId, routes } from '@deskhand/protocol/http/routes.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import cookie from '@fastify/cookie';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { type Caller, type Outcome, refuse } from '../../ports/outcome.ts';
import { createAttemptLimiter } from './attempt-limiter.ts';
import { createGuessLimits, type Try } from './guess-limits.ts';
import type { Handlers, HandlerRequest } from './handlers.ts';
import { type PortalFiles, servePortal } from './portal-files.ts';
import { isEmptyBody, unfit, withNumbers } from './request-parts.ts';
import { hasOwnOrigin, setSecurityHeaders } from './security.ts';

export interface HttpServerOptions {
  readonly handlers: Handlers;
  readonly authenticate: (
    credential: { cookie?: string; bearer?: string },
    origin: string,
  ) => Promise<Caller | undefined>;
  /** Answers undefined when everything works, else a sentence. */
  readonly readiness: () => Promise<string | undefined>;
  /** Whether an error means that the store cannot be reached for the moment. */
  readonly isStoreAway: (error: unknown) => boolean;
  readonly portal: PortalFiles;
  readonly version: string;
  readonly logger: FastifyBaseLogger;
  readonly metrics?: ServedMetrics;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Only these are believed when they say whose request they pass on. */
  readonly trustedProxies: readonly string[];
}

/** The figures of this server, as `/metrics` shows them. */
export interface ServedMetrics {
  readonly contentType: string;
  text(): Promise<string>;
  answered(answer: { method: string; route: string; status: number; ms: number }): void;
}

export const SIGN_IN_COOKIE = 'deskhand';
const REQUEST_TIMEOUT_MS = 30_000;
const IDEMPOTENCY_KEY_LENGTH_MAX = 200;

/** Every route of the protocol behind its permission; throws when one is missing or declares none. */
export async function createHttpServer(options: HttpServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: options.logger,
    bodyLimit: limits.REQUEST_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => Math.random().toString(36).slice(2, 10),
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: false } },
    frameworkErrors: (error, _request, reply) => {
      // Raised before any hook: an address that cannot be decoded, or one with too long a part.
      setSecurityHeaders(reply, options.tls !== undefined);
      refuseWith(reply, 'invalid-request', { detail: error.message });
    },
    ...(options.trustedProxies.length > 0 ? { trustProxy: [...options.trustedProxies] } : {}),
    ...(options.tls ? { https: options.tls } : {}),
  }) as unknown as FastifyInstance;
  await app.register(cookie);
  app.addHook('onRequest', (_request, reply, next) => {
    setSecurityHeaders(reply, options.tls !== undefined);
    next();
  });
  answerErrors(app, options);
  registerHealth(app, options);
  if (options.metrics) serveMetrics(app, options, options.metrics);
  const guarded = createGuard();
  for (const [id, route] of Object.entries(routes) as [OperationId, Route][])
    registerRoute(app, id, route, options, guarded);
  app.get(`${API_PREFIX}/openapi.json`, async () => openApi(options.version));
  servePortal(app, options.portal);
  return app;
}

/** The plain server under Fastify, for the link's upgrade requests. */
export type PlainServer = HttpsServer | FastifyInstance['server'];

/** Refuses to start rather than serve a route that nobody decided about. */
export function assertDecided(id: string, route: Route, handlers: Readonly<Record<string, unknown>>): void {
  if (!allPermissions.has(route.permission)) throw new Error(`Route ${id} declares no permission that exists.`);
  if (typeof handlers[id] !== 'function') throw new Error(`Route ${id} has no handler.`);
}

function registerRoute(
  app: FastifyInstance,
  id: OperationId,
  route: Route,
  options: HttpServerOptions,
  guarded: Guard,
): void {
  assertDecided(id, route, options.handlers);
  const handler = options.handlers[id] as (request: HandlerRequest) => Promise<Outcome<unknown>>;
  const callers = new WeakMap<FastifyRequest, Caller>();
  const takesBody = route.method !== 'GET' && hasFields(route.body);
  app.route({
    method: route.method,
    url: addressOf(route.path),
    exposeHeadRoute: route.method === 'GET' && route.contentType !== 'text/event-stream',
    schema: {
      params: route.params,
      querystring: closed(route.query),
      ...(takesBody ? { body: closed(route.body) } : {}),
    },
    // Before the body is read: a stranger cannot make the server parse anything.
    onRequest: async (request, reply) => {
      const caller = await admit(request, reply, route, options);
      if (caller !== 'answered' && caller !== undefined) callers.set(request, caller);
    },
    preValidation: async (request, reply) => {
      request.query = withNumbers(route.query, request.query);
      request.params = withNumbers(route.params, request.params);
      const because =
        unfit(request.query) ?? (takesBody ? unfit(request.body) : refusedBody(request.body)) ?? refusedKey(request);
      if (because) refuseWith(reply, 'invalid-request', { detail: because });
    },
    handler: async (request, reply) => {
      const caller = callers.get(request);
      const { params, query, body, ip: origin } = request;
      const answer = await guarded({ operation: id, address: origin, body, accountId: caller?.id }, async () =>
        handler({
          caller: caller as Caller,
          params,
          query,
          body: body ?? {},
          origin,
          cookie: request.cookies[SIGN_IN_COOKIE],
          bearer: bearerOf(request),
          idempotencyKey: headerText(request, 'idempotency-key'),
          lastEventId: headerText(request, 'last-event-id'),
          secure: options.tls !== undefined,
          host: request.headers.host ?? '',
          reply,
        }),
      );
      return reply.sent ? reply : send(reply, route, answer);
    },
  });
}

function addressOf(path: string): string {
  return API_PREFIX + path.replace(/\{(\w+)\}/g, ':$1');
}

type Guard = (one: Try, work: () => Promise<Outcome<unknown>>) => Promise<Outcome<unknown>>;

/** Runs what a secret could be guessed at only while tries are left. */
function createGuard(): Guard {
  const attempts = createAttemptLimiter();
  const limitsOf = createGuessLimits();
  return async (one, work) => {
    const limits = limitsOf.of(one);
    if (!limits) return await work();
    const attempt = attempts.begin(limits);
    if (!attempt.ok) return refuse('rate-limited', { seconds: attempt.retryAfterSeconds });
    let succeeded = true;
    try {
      const answer = await work();
      succeeded = answer.ok;
      if (succeeded) limitsOf.noteSuccess(one);
      return answer;
    } finally {
      // A fault of our own is nobody's guess.
      attempt.settle(succeeded);
    }
  };
}

const refusedBody = (body: unknown): string | undefined =>
  isEmptyBody(body) ? undefined : 'this address takes no fields';

const refusedKey = (request: FastifyRequest): string | undefined =>
  (headerText(request, 'idempotency-key')?.length ?? 0) > IDEMPOTENCY_KEY_LENGTH_MAX
    ? `an Idempotency-Key has at most ${IDEMPOTENCY_KEY_LENGTH_MAX} characters`
    : undefined;

/** The account behind the request, or an answer already given: 401, 403 by role, 403 by origin. */
async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  route: Route,
  options: HttpServerOptions,
): Promise<Caller | undefined | 'answered'> {
  const bearer = bearerOf(request);
  const cookieValue = request.cookies[SIGN_IN_COOKIE];
  // A browser sends its cookie on its own, so a change must come from our own pages; a token never travels by itself.
  if (route.method !== 'GET' && !bearer && !hasOwnOrigin(request)) {
    refuseWith(reply, 'wrong-origin');
    return 'answered';
  }
  if (route.permission === 'public') return undefined;
  const caller = await options.authenticate(
    { ...(bearer ? { bearer } : {}), ...(cookieValue ? { cookie: cookieValue } : {}) },
    request.ip,
  );
  if (!caller) {
    refuseWith(reply, 'not-signed-in');
    return 'answered';
  }
  if (!mayDo(caller.roles, route.permission)) {
    refuseWith(reply, 'not-allowed', { detail: `it needs the permission ${route.permission}.` });
    return 'answered';
  }
  return caller;
}

function send(reply: FastifyReply, route: Route, answer: Outcome<unknown>): FastifyReply {
  if (!answer.ok) return refuseWith(reply, answer.code, answer.values);
  reply.code(route.status);
  if (route.status === 204) return reply.send();
  if (route.contentType) reply.type(route.contentType);
  return reply.send(answer.value);
}

export function refuseWith(
  reply: FastifyReply,
  code: ErrorCode,
  values: Readonly<Record<string, string | number>> = {},
): FastifyReply {
  const body = problem(code, values);
  if (code === 'rate-limited') reply.header('retry-after', String(values.seconds));
  return reply.code(body.status).type('application/problem+json').send(body);
}

function answerErrors(app: FastifyInstance, { isStoreAway }: HttpServerOptions): void {
  app.setNotFoundHandler((_request, reply) => refuseWith(reply, 'route-not-found'));
  app.setErrorHandler(
    (error: { statusCode?: number; code?: string; message: string; validation?: unknown }, request, reply) => {
      if (error.validation) return refuseWith(reply, 'invalid-request', { detail: error.message });
      if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
        return refuseWith(reply, 'too-large', { what: 'The request', limit: `${limits.REQUEST_BYTES_MAX} bytes` });
      if (isStoreAway(error))
        return refuseWith(reply, 'server-unavailable', { detail: 'the database does not answer.' });
      if (error.statusCode && error.statusCode < 500)
        return refuseWith(reply, 'invalid-request', { detail: error.message });
      request.log.error({ err: error, reference: request.id }, 'A request met an unexpected fault');
      return refuseWith(reply, 'internal', { reference: request.id });
    },
  );
}

function registerHealth(app: FastifyInstance, options: HttpServerOptions): void {
  app.get('/healthz', async () => ({ ok: true }));
  app.get('/readyz', async (_request, reply) => {
    const because = await options.readiness();
    return because ? refuseWith(reply, 'server-unavailable', { detail: because }) : { ok: true };
  });
}

/** A stream lasts as long as a page is open, so its time says nothing. */
const streams: ReadonlySet<string> = new Set(
  Object.values<Route>(routes).flatMap(({ path, contentType }) =>
    contentType === 'text/event-stream' ? [addressOf(path)] : [],
  ),
);

/** Whoever asks from this machine, or with a token that may: default deny, as everywhere. */
function serveMetrics(app: FastifyInstance, options: HttpServerOptions, metrics: ServedMetrics): void {
  app.addHook('onResponse', (request, reply, next) => {
    const { url: route = 'none', method } = request.routeOptions;
    if (!streams.has(route))
      metrics.answered({ method: String(method ?? 'none'), route, status: reply.statusCode, ms: reply.elapsedTime });
    next();
  });
  app.get('/metrics', async (request, reply) => {
    if (!isFromThisMachine(request)) {
      const bearer = bearerOf(request);
      const caller = await options.authenticate(bearer ? { bearer } : {}, request.ip);
      if (!caller) return refuseWith(reply, 'not-signed-in');
      if (!mayDo(caller.roles, 'metrics.read'))
        return refuseWith(reply, 'not-allowed', { detail: 'it needs the permission metrics.read.' });
    }
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}

/** A proxy on this machine speaks for others, and says so. */
function isFromThisMachine({ ip, headers }: FastifyRequest): boolean {
  const isProxied = ['forwarded', 'x-forwarded-for', 'via'].some((name) => headers[name] !== undefined);
  return !isProxied && /^(127\.|::1$|::ffff:127\.)/.test(ip);
}

const hasFields = (schema: object): boolean =>
  Object.keys((schema as { properties?: object }).properties ?? {}).length > 0;

const headerText = (request: { headers: IncomingMessage['headers'] }, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' && value.length > 0 ? value : undefined;
};

const bearerOf = (request: FastifyRequest): string | undefined =>
  headerText(request, 'authorization')?.match(/^Bearer (\S{1,200})$/)?.[1];
