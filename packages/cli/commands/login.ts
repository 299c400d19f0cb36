import { hostname } from 'node:os';
import type { ClientOptions } from '@deskhand/protocol/http/client.ts';
import { keepToken } from '../config/credentials.ts';
import { type Command, flag, text } from '../command.ts';
import { ask, askSecret } from '../terminal/ask.ts';

export const login: Command = {
  name: 'login',
  summary: 'Sign this command line in: makes an API token and keeps it for this server.',
  options: [
    { syntax: '--email <email>', description: 'your account; asked for without it' },
    { syntax: '--password-stdin', description: 'read the password from standard input' },
    { syntax: '--token-stdin', description: 'keep an API token that the portal made, from standard input' },
  ],
  examples: [
    'deskhand login --server https://deskhand.corp.example',
    'pass show deskhand | deskhand login --email alice@corp.example --password-stdin',
  ],
  exitCodes: [0, 2, 4, 7],
  run: async (call) => {
    const server = call.settings.server.value;
    const { fetchOf } = await import('../api.ts');
    const reach = { baseUrl: server, fetch: fetchOf(call.settings) };
    const token = flag(call, 'tokenStdin')
      ? await askSecret('', true)
      : await makeToken(reach, text(call, 'email') ?? (await ask('E-mail: ')), flag(call, 'passwordStdin'));
    const account = await (await client({ ...reach, token })).whoAmI();
    keepToken(server, token, process.env);
    call.output.one(account, ({ name }) => `Signed in to ${server} as ${name}.`);
    return 0;
  },
};

type Reach = Pick<ClientOptions, 'baseUrl' | 'fetch'>;

const client = async (options: ClientOptions) =>
  (await import('@deskhand/protocol/http/client.ts')).createClient(options);

/** Signs in with the password, makes a token, and ends that sign-in: only the token stays. */
async function makeToken(reach: Required<Reach>, email: string, fromStdin: boolean): Promise<string> {
  const password = await askSecret('Password: ', fromStdin);
  const api = await client({ ...reach, fetch: rememberingCookie(reach.fetch) });
  await api.signIn({ body: { email: email.trim(), password } });
  const { token } = await api.createToken({ body: { name: `command line on ${hostname()}` } });
  await api.signOut();
  return token;
}

/** Just enough of a browser for three requests in a row. */
function rememberingCookie(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  let cookie = '';
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    if (cookie !== '') headers.set('cookie', cookie);
    const response = await fetch(input, { ...init, headers });
    const set = response.headers.getSetCookie()[0];
    if (set) cookie = set.split(';')[0] ?? '';
    return response;
  };
}
