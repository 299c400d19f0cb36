import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpWorld, type HttpWorld, type Person, problemOf } from '../../testing/http-world.ts';
import { openDatabase } from '../postgres/database.ts';
import { type TestDatabase } from '../../testing/test-database.ts';

/** A way to PostgreSQL that can be cut and mended. */
class Relay {
  private readonly sockets = new Set<Socket>();
  private readonly socketPath: string;
  private server: Server | undefined;
  private port = 0;

  constructor({ server }: TestDatabase) {
    this.socketPath = `${server.host}/.s.PGSQL.5432`;
  }

  async mend(): Promise<number> {
    const server = createServer((near) => {
      const far = createConnection(this.socketPath);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
      }
      near.on('close', () => far.destroy()).pipe(far);
      far.on('close', () => near.destroy()).pipe(near);
    });
    await new Promise<void>((resolve) => {
      server.listen(this.port, '127.0.0.1', resolve);
    });
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
    return this.port;
  }

  cut(): void {
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

let world: HttpWorld;
let relay: Relay;
let admin: Person;

beforeAll(async () => {
  world = await createHttpWorld({
    through: async (database) => {
      relay = new Relay(database);
      const port = await relay.mend();
      const name = (await database.pool.query<{ name: string }>('select current_database() as name')).rows[0]?.name;
      return await openDatabase({ url: `postgres://${database.server.user}@127.0.0.1:${port}/${name}` });
    },
  });
  admin = await world.person('admin', ['admin']);
});
afterAll(async () => {
  await world.end();
  relay.cut();
});

test('while PostgreSQL is away every answer says so, and work goes on by itself when it is back', async () => {
  const cluster = { name: 'Cluster' };
  expect((await world.ask('GET', '/me', { as: admin })).statusCode).toBe(200);
  expect((await world.app.inject('/readyz')).statusCode).toBe(200);

  relay.cut();
  for (const [method, path, body] of [
    ['GET', '/me'],
    ['GET', '/runs'],
    ['GET', '/home'],
    ['GET', '/setup'],
    ['POST', '/gateway-clusters', cluster],
    ['POST', '/sign-in', { email: 'admin@corp.example', password: 'whatever it is' }],
    ['PATCH', '/settings', { runRetentionDays: 5 }],
  ] as const) {
    const answer = await world.ask(method, path, { as: admin, body });
    expect([path, answer.statusCode]).toEqual([path, 503]);
    expect(problemOf(answer)).toMatchObject({ code: 'server-unavailable', status: 503 });
    expect(answer.payload).not.toMatch(/ECONN|postgres:\/\/|127\.0\.0\.1/);
  }
  const ready = await world.app.inject('/readyz');
  expect(ready.statusCode).toBe(503);
  expect(problemOf(ready).code).toBe('server-unavailable');
  // What needs no database answers on.
  expect((await world.app.inject('/healthz')).statusCode).toBe(200);
  expect((await world.ask('GET', '/openapi.json')).statusCode).toBe(200);

  await relay.mend();
  await expect.poll(async () => (await world.app.inject('/readyz')).statusCode).toBe(200);
  const again = await world.ask('POST', '/gateway-clusters', { as: admin, body: cluster });
  expect(again.statusCode).toBe(201);
  expect(world.logged.filter((line) => line.includes('unexpected fault'))).toEqual([]);
});

test('tries that met a missing database are not counted as guesses', async () => {
  relay.cut();
  const body = { email: 'admin@corp.example', password: 'whatever it is' };
  for (let i = 0; i < 15; i += 1) expect((await world.ask('POST', '/sign-in', { body })).statusCode).toBe(503);
  await relay.mend();
  await expect.poll(async () => (await world.app.inject('/readyz')).statusCode).toBe(200);
  expect(problemOf(await world.ask('POST', '/sign-in', { body })).code).toBe('sign-in-refused');
});
