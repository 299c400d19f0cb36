import { type Problem, problem } from '../errors.ts';
import type { BodyOf, ParamsOf, QueryOf, ReplyOf, Route } from './route.ts';
import { API_PREFIX, type OperationId, type Routes, routes } from './routes.ts';

/** A refusal of the API, or of the way to it (`server-unreachable`). */
export class ApiError extends Error {
  readonly problem: Problem;
  constructor(refusal: Problem) {
    super(refusal.title);
    this.problem = refusal;
  }
}

type IsEmpty<T> = keyof T extends never ? true : false;
type RequiredPart<Name extends string, Value> =
  IsEmpty<Value> extends true ? { readonly [K in Name]?: undefined } : { readonly [K in Name]: Value };
type OptionalPart<Name extends string, Value> = {
  readonly [K in Name]?: IsEmpty<Value> extends true ? undefined : Value;
};

/** Arguments of one operation: only the parts its route has. */
export type OperationInput<R> = RequiredPart<'params', ParamsOf<R>> &
  OptionalPart<'query', QueryOf<R>> &
  RequiredPart<'body', BodyOf<R>> & { readonly idempotencyKey?: string; readonly signal?: AbortSignal };

/** Operations without params and body may be called without an argument. */
type OperationArguments<R> =
  IsEmpty<ParamsOf<R>> extends true
    ? IsEmpty<BodyOf<R>> extends true
      ? [input?: OperationInput<R>]
      : [input: OperationInput<R>]
    : [input: OperationInput<R>];

export type ApiClient = {
  readonly [Id in OperationId]: (...args: OperationArguments<Routes[Id]>) => Promise<ReplyOf<Routes[Id]>>;
};

export interface ClientOptions {
  /** For example `http://127.0.0.1:4680`; empty in the browser. */
  readonly baseUrl: string;
  readonly token?: string;
  readonly fetch?: typeof globalThis.fetch;
  /** Called on every 401, so that a page can lead to the sign-in. */
  readonly onSignedOut?: () => void;
}

interface AnyInput {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** The typed client: one function for each operation of `routes`. Throws `ApiError`. */
export function createClient(options: ClientOptions): ApiClient {
  const operations = Object.entries(routes).map(([id, route]) => [
    id,
    (input: AnyInput = {}) => call(options, route as Route, input),
  ]);
  return Object.fromEntries(operations) as ApiClient;
}

/** The address of an operation, for links and images. */
export function urlOf(route: Route, input: Pick<AnyInput, 'params' | 'query'>, baseUrl = ''): string {
  const path = route.path.replace(/\{(\w+)\}/g, (_place, key: string) =>
    encodeURIComponent(String(input.params?.[key] ?? '')),
  );
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(input.query ?? {})) if (value !== undefined) query.set(key, String(value));
  const tail = query.size > 0 ? `?${query}` : '';
  return `${baseUrl}${API_PREFIX}${path}${tail}`;
}

async function call(options: ClientOptions, route: Route, input: AnyInput): Promise<unknown> {
  const response = await send(options, route, input);
  if (response.status === 401) options.onSignedOut?.();
  if (!response.ok) throw new ApiError(await readProblem(response));
  if (response.status === 204) return undefined;
  // It lasts for as long as somebody reads it.
  if (route.contentType === 'text/event-stream') return response.body;
  return route.contentType ? await response.arrayBuffer() : await response.json();
}

async function send(options: ClientOptions, route: Route, input: AnyInput): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (options.token) headers.authorization = `Bearer ${options.token}`;
  if (input.idempotencyKey) headers['idempotency-key'] = input.idempotencyKey;
  if (input.body !== undefined) headers['content-type'] = 'application/json';
  try {
    return await (options.fetch ?? globalThis.fetch)(urlOf(route, input, options.baseUrl), {
      method: route.method,
      headers,
      credentials: 'same-origin',
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
      ...(input.signal ? { signal: input.signal } : {}),
    });
  } catch (error) {
    if (input.signal?.aborted || error instanceof ApiError) throw error;
    throw unreachable(error, options.baseUrl || 'this address');
  }
}

/** What OpenSSL says of a certificate that no authority known here has signed, or that is for another name. */
const distrust = /^(?:DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|ERR_TLS_CERT_)/;

/** A request that got no answer, as a refusal that says why. */
export function unreachable(error: unknown, url: string): ApiError {
  const cause = error instanceof Error ? (error.cause as { readonly code?: unknown } | undefined) : undefined;
  const isDistrusted = typeof cause?.code === 'string' && distrust.test(cause.code);
  return new ApiError(problem(isDistrusted ? 'certificate-unknown' : 'server-unreachable', { url }));
}

async function readProblem(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as Partial<Problem>;
    if (typeof body.code === 'string' && typeof body.title === 'string') return body as Problem;
  } catch {
    // An answer that is not JSON came from something in between, not from the server.
  }
  return problem('server-unavailable', { detail: `HTTP ${response.status}` });
}
