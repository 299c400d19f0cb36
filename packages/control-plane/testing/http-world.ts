import { randomBytes } from 'node:crypto';
import type { Role } from '@deskhand/domain/account/permissions.ts';
import type { AccountId } from '@deskhand/domain/brand.ts';
import type { Problem } from '@deskhand/protocol/errors.ts';
import type { ServerMessage } from '@deskhand/protocol/link/messages.ts';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import pino from 'pino';
import type { Database } from '../adapters/postgres/database.ts';
import { type TestDatabase, withTestDatabase } from './test-database.ts';
import type { PortalFiles } from '../adapters/http/portal-files.ts';
import { type Application, openApplication } from '../open-application.ts';
import { hashSecret, newSecret } from '../use-cases/accounts/secrets.ts';
import { openSignIn } from '../use-cases/accounts/sign-in.ts';

export const API = '/api/v1';

export interface Ask extends Omit<InjectOptions, 'url' | 'method' | 'body'> {
  readonly as?: Person;
  readonly body?: unknown;
}

/** Somebody with an API token. */
export interface Person {
  readonly id: AccountId;
  readonly email: string;
  readonly token: string;
  /** A sign-in of the same account, as a browser would send it. */
  readonly cookie: string;
}

/** The real application over real PostgreSQL; only the links to gateways are stood in for. */
export interface HttpWorld extends Application {
  readonly database: TestDatabase;
  readonly sent: { readonly gatewayId: string; readonly message: ServerMessage }[];
  readonly logged: string[];
  person(name: string, roles: readonly Role[], change?: { osAccounts?: readonly string[] }): Promise<Person>;
  ask(method: string, path: string, ask?: Ask): Promise<LightMyRequestResponse>;
  auditRows(): Promise<readonly { verb: string; object: string; actor: string; detail: unknown }[]>;
  end(): Promise<void>;
}

export interface HttpWorldOptions {
  readonly portal?: PortalFiles;
  readonly connections?: number;
  readonly trustedProxies?: readonly string[];
  /** Another server on the same database; it is ended first. */
  readonly beside?: HttpWorld;
  /** Gateways that this server holds no link of: what is sent to them is not taken. */
  readonly isLinkedElsewhere?: (gatewayId: string) => boolean;
  /** Another way to the same database, for example one that can be cut. */
  readonly through?: (database: TestDatabase) => Promise<Database>;
}

export async function createHttpWorld(options: HttpWorldOptions = {}): Promise<HttpWorld> {
  const database = options.beside?.database ?? (await withTestDatabase(options.connections));
  const reached = (await options.through?.(database)) ?? database;
  const sent: HttpWorld['sent'] = [];
  const logged: string[] = [];
  const application = await openApplication({
    database: reached,
    trustedProxies: options.trustedProxies ?? [],
    links: {
      send: (gatewayId, message) => {
        if (options.isLinkedElsewhere?.(gatewayId)) return false;
        sent.push({ gatewayId, message });
        return true;
      },
      close: () => undefined,
    },
    prepared: {
      portal: options.portal ?? new Map(),
      helloDesktop: 'WAIT 1\n',
      statusPage: '',
      version: '1.2.3',
      tls: undefined,
    },
    log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
  });
  const { app, stores } = application;
  return {
    ...application,
    database,
    sent,
    logged,
    person: (name, roles, change) => makePerson(application, name, roles, change),
    ask: async (method, path, { as, body, headers, ...rest } = {}) =>
      await app.inject({
        method: method as 'GET',
        url: path.startsWith('/api/') || !path.startsWith('/') ? path : `${API}${path}`,
        headers: { ...(as ? { authorization: `Bearer ${as.token}` } : {}), ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
        ...rest,
      }),
    auditRows: async () =>
      (await stores.audit.list({ actor: null, object: null, before: null, limit: 10_000 })).toReversed(),
    end: async () => {
      await application.close();
      if (reached !== database) await reached.close();
      if (options.beside === undefined) await database.close();
    },
  };
}

async function makePerson(
  { stores }: Application,
  name: string,
  roles: readonly Role[],
  { osAccounts = [] }: { osAccounts?: readonly string[] } = {},
): Promise<Person> {
  const id = `${name}-${randomBytes(4).toString('hex')}` as AccountId;
  const email = `${name}@corp.example`;
  const audit = { actor: 'test', verb: 'seed', object: `account ${id}`, detail: {}, origin: 'test' };
  await stores.accounts.add({ id, name, email, passwordHash: null, roles, osAccounts }, audit);
  const { secret } = newSecret('dht');
  const token = { id: `token-of-${id}`, tokenHash: hashSecret(secret), accountId: id, name: 'test', expiresAt: null };
  await stores.accounts.addToken(token, audit);
  const account = await stores.accounts.byId(id);
  if (!account) throw new Error('The account was not made.');
  const { token: cookie } = await openSignIn(stores, account, 'test', null);
  return { id, email, token: secret, cookie };
}

export const problemOf = (response: LightMyRequestResponse): Problem => {
  if (!String(response.headers['content-type']).startsWith('application/problem+json'))
    throw new Error(`Not a problem: ${response.statusCode} ${response.payload}`);
  return response.json<Problem>();
};
