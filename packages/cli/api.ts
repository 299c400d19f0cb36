import { type ApiClient, createClient } from '@deskhand/protocol/http/client.ts';
import { pinnedFetch } from '@deskhand/protocol/tls/pinned-fetch.ts';
import { readToken } from './config/credentials.ts';
import type { Settings } from './config/settings.ts';

/** The typed client of a server, with the token of this server when there is one. */
export function connect(settings: Settings, environment: NodeJS.ProcessEnv): ApiClient {
  const baseUrl = settings.server.value;
  const token = readToken(baseUrl, environment);
  return createClient({ baseUrl, fetch: fetchOf(settings), ...(token ? { token } : {}) });
}

/** Requests go only to the server whose certificate is pinned, when one is. */
export function fetchOf(settings: Settings): typeof globalThis.fetch {
  const { value } = settings['server-fingerprint'];
  return value === '' ? globalThis.fetch : pinnedFetch(value);
}
