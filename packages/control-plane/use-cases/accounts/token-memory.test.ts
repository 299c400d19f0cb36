import { expect, test } from 'vitest';
import type { AccountRecord, AccountStore } from '../../ports/accounts.ts';
import { rememberApiTokens, TOKEN_MEMORY_MS } from './token-memory.ts';

const token = Buffer.from('token');
const audit = { actor: 'a', verb: 'v', object: 'o', detail: {}, origin: 'test' };

/** A store with one token, and a clock that the test turns. */
function world() {
  const clock = { ms: 0 };
  const store = {
    account: { id: 'alice' } as AccountRecord | undefined,
    reads: 0,
    whileReading: () => undefined as unknown,
  };
  const accounts = rememberApiTokens(
    {
      byApiToken: async () => {
        store.reads += 1;
        const { account } = store;
        await store.whileReading();
        return account;
      },
      change: async () => 'not-found',
      removeToken: async () => {
        store.account = undefined;
        return true;
      },
    } as unknown as AccountStore,
    () => clock.ms,
  );
  return { clock, store, accounts };
}

test('a token is read once a second, however often it comes', async () => {
  const { clock, store, accounts } = world();
  for (const ms of [0, 1, TOKEN_MEMORY_MS - 1]) {
    clock.ms = ms;
    expect(await accounts.byApiToken(token)).toEqual({ id: 'alice' });
  }
  expect(store.reads).toBe(1);
  clock.ms = TOKEN_MEMORY_MS;
  await accounts.byApiToken(token);
  expect(store.reads).toBe(2);
});

test('a removed token is refused at once, and so is one of a changed account read anew', async () => {
  const { store, accounts } = world();
  await accounts.byApiToken(token);
  await accounts.change('alice', { disabled: true }, audit);
  await accounts.byApiToken(token);
  expect(store.reads).toBe(2);
  await accounts.removeToken('alice' as AccountRecord['id'], 'id', audit);
  expect(await accounts.byApiToken(token)).toBeUndefined();
});

test('what was read before a removal of the same moment is not remembered', async () => {
  const { store, accounts } = world();
  store.whileReading = () => accounts.removeToken('alice' as AccountRecord['id'], 'id', audit);
  await accounts.byApiToken(token);
  store.whileReading = () => undefined;
  expect(await accounts.byApiToken(token)).toBeUndefined();
});

test('an unknown token is asked for each time, because it may be made at any moment', async () => {
  const { store, accounts } = world();
  store.account = undefined;
  await accounts.byApiToken(token);
  await accounts.byApiToken(token);
  expect(store.reads).toBe(2);
});
