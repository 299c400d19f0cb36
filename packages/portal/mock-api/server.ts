/**
 * A server inside the page: the same routes, types and error table as the real one, over data that is made up. It serves
 * development and page tests, and says on every page that it is simulated. Deliberately absent: any rule of its own.
 */
import { API_PREFIX, routes } from '@deskhand/protocol/http/routes.ts';
import { machineHandlers, peopleHandlers } from './admin-handlers.ts';
import { capacityHandlers } from './capacity.ts';
import { preflightHandlers } from './preflight.ts';
import { sickMemberHandlers } from './sick-members.ts';
import { flowHandlers } from './flow-handlers.ts';
import type { Handlers, PageOperation } from './handler-types.ts';
import { loseLink, SimulatedEventSource, sendLive } from './live-stream.ts';
import { Refusal } from './refusal.ts';
import { runHandlers } from './run-handlers.ts';
import { systemHandlers } from './system-handlers.ts';
import { makeWorld, type Scenario, scenario, type World } from './world.ts';

const ANSWER_MS = 25;
const SLOW_ANSWER_MS = 4_000;
const LINK_LOSS_MS = 400;

interface Endpoint {
  readonly id: PageOperation;
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

/** An address that is written out goes before one with a place in it, as in the real server: `/runs/count` is no run. */
const endpoints: readonly Endpoint[] = Object.entries(routes)
  .map(([id, route]) => ({
    id: id as PageOperation,
    method: route.method,
    names: [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''),
    pattern: new RegExp(`^${API_PREFIX}${route.path.replace(/\{\w+\}/g, '([^/]+)')}$`),
  }))
  .sort((a, b) => a.names.length - b.names.length);

declare global {
  interface Window {
    /** For page tests: what a real server would do by itself. */
    simulated?: { readonly world: World; readonly sendLive: typeof sendLive; readonly loseLink: typeof loseLink };
  }
}

export function startSimulatedServer(): void {
  const kind = scenario();
  const world = makeWorld(kind);
  const handlers: Handlers = {
    ...runHandlers(world),
    ...flowHandlers(world),
    ...machineHandlers(world),
    ...preflightHandlers(world),
    ...sickMemberHandlers(world),
    ...capacityHandlers(world),
    ...peopleHandlers(world),
    ...systemHandlers(world),
  };
  const realFetch = globalThis.fetch.bind(globalThis);
  globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input), location.origin);
    if (!url.pathname.startsWith(API_PREFIX)) return await realFetch(input, init);
    return await answer(world, handlers, kind, url, init ?? {});
  };
  globalThis.EventSource = SimulatedEventSource as unknown as typeof EventSource;
  window.simulated = { world, sendLive, loseLink };
  if (kind === 'lost') setTimeout(() => loseLink(true), LINK_LOSS_MS);
}

const always: ReadonlySet<PageOperation> = new Set(['whoAmI', 'getSetup', 'signIn', 'claimSetup']);

async function answer(
  world: World,
  handlers: Handlers,
  kind: Scenario,
  url: URL,
  init: RequestInit,
): Promise<Response> {
  const method = init.method ?? 'GET';
  const endpoint = endpoints.find((item) => item.method === method && item.pattern.test(url.pathname));
  const slow = kind === 'slow' && method === 'GET' && endpoint && !always.has(endpoint.id);
  await pause(slow ? SLOW_ANSWER_MS : ANSWER_MS, init.signal);
  try {
    if (!endpoint) throw new Refusal('route-not-found');
    if (!world.signedIn && (endpoint.id === 'whoAmI' || !always.has(endpoint.id))) throw new Refusal('not-signed-in');
    if (kind === 'error' && method === 'GET' && !always.has(endpoint.id))
      throw new Refusal('internal', { reference: 'simulated-1' });
    const reply = await call(handlers, endpoint, url, init);
    if (reply instanceof ReadableStream)
      return new Response(reply as ReadableStream<Uint8Array>, { headers: { 'content-type': 'text/event-stream' } });
    if (reply instanceof ArrayBuffer)
      return new Response(reply, { status: 200, headers: { 'content-type': 'image/png' } });
    const status = routes[endpoint.id].status;
    return status === 204 ? new Response(null, { status }) : Response.json(reply, { status });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return Response.json(error.problem, { status: error.problem.status });
  }
}

function call(handlers: Handlers, endpoint: Endpoint, url: URL, init: RequestInit): unknown {
  const values = endpoint.pattern.exec(url.pathname)?.slice(1) ?? [];
  const params = Object.fromEntries(
    endpoint.names.map((name, index) => [name, decodeURIComponent(values[index] ?? '')]),
  );
  const query = Object.fromEntries(url.searchParams);
  for (const name of ['limit', 'after', 'before', 'version', 'attempt'])
    if (query[name] !== undefined) Object.assign(query, { [name]: Number(query[name]) });
  const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
  // The route table ties each operation to its types; across all of them at once the compiler cannot follow.
  const handler = handlers[endpoint.id] as (call: { params: unknown; query: unknown; body: unknown }) => unknown;
  return handler({ params, query, body });
}

function pause(ms: number, signal: AbortSignal | null | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
