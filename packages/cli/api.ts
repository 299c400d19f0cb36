import { type ApiClient, createClient } from '@deskhand/protocol/http/client.ts';
import { readToken } from './config/credentials.ts';

/** The typed client of a server, with the token of this server when there is one. */
export function connect(server: string, environment: NodeJS.ProcessEnv): ApiClient {
  const token = readToken(server, environment);
  return createClient({ baseUrl: server, ...(token ? { token } : {}) });
}
