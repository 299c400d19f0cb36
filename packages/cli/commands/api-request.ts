import { readFileSync } from 'node:fs';
import { problem, type Problem } from '@deskhand/protocol/errors.ts';
import { readToken } from '../config/credentials.ts';
import { argument, type Command, text } from '../command.ts';
import { usageFailure } from '../terminal/errors.ts';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export const apiRequest: Command = {
  name: 'api',
  summary: 'Send one request to the API, for what has no command.',
  arguments: [
    { syntax: '<method>', description: methods.join(', ') },
    { syntax: '<path>', description: 'below /api/v1, for example /runs?state=failed' },
  ],
  options: [{ syntax: '--body <json>', description: 'the body; @file reads it, @- reads standard input' }],
  examples: [
    'deskhand api GET "/runs?state=failed"',
    `deskhand api POST /gateway-clusters --body '{"name":"kiosks"}'`,
    'deskhand api PATCH /settings --body @settings.json',
  ],
  exitCodes: [0, 2, 4, 5, 6, 7],
  run: async (call) => {
    const method = argument(call, 0).toUpperCase();
    if (!methods.includes(method)) throw usageFailure(`"${method}" is not a method.`, methods.join(', '));
    const server = call.settings.server.value;
    const path = argument(call, 1).replace(/^(\/api\/v1)?\/?/, '/api/v1/');
    const { fetchOf } = await import('../api.ts');
    const given = { method, body: bodyOf(text(call, 'body')), signal: call.signal };
    const response = await send(fetchOf(call.settings), `${server}${path}`, given);
    const answer = await response.text();
    if (!response.ok) throw await refused(refusal(answer, response.status));
    call.terminal.out(answer.endsWith('\n') || answer === '' ? answer : `${answer}\n`);
    return 0;
  },
};

const refused = async (by: Problem): Promise<Error> =>
  new (await import('@deskhand/protocol/http/client.ts')).ApiError(by);

interface Wish {
  readonly method: string;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

async function send(fetch: typeof globalThis.fetch, url: string, { method, body, signal }: Wish): Promise<Response> {
  const { origin } = new URL(url);
  const token = readToken(origin, process.env);
  const headers = {
    accept: 'application/json',
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  try {
    return await fetch(url, { method, headers, signal, ...(body === undefined ? {} : { body }) });
  } catch (error) {
    const { ApiError, unreachable } = await import('@deskhand/protocol/http/client.ts');
    throw error instanceof ApiError ? error : unreachable(error, origin);
  }
}

function bodyOf(written: string | undefined): string | undefined {
  if (written === undefined || !written.startsWith('@')) return written;
  return readFileSync(written === '@-' ? 0 : written.slice(1), 'utf8');
}

function refusal(answer: string, status: number): Problem {
  try {
    const parsed = JSON.parse(answer) as Partial<Problem>;
    if (typeof parsed.code === 'string') return parsed as Problem;
  } catch {
    // Something in between answered, in its own words.
  }
  return problem('server-unavailable', { detail: `HTTP ${status}` });
}
