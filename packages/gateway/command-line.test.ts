import { expect, test } from 'vitest';
import { parseCommand, UsageError } from './command-line.ts';

const person = { isRoot: false, home: '/home/alice', dataHome: undefined };
const root = { isRoot: true, home: '/root', dataHome: undefined };
const enrol = ['enrol', '--server', 'https://desk.example:4680/', '--name', 'm1', '--token-stdin'];

test('an ordinary account enrols a virtual gateway in its own folder', () => {
  expect(parseCommand(enrol, person)).toMatchObject({
    kind: 'enrol',
    serverUrl: 'https://desk.example:4680',
    sessionHost: 'virtual',
    dataFolder: '/home/alice/.local/share/deskhand-gateway',
    readsRecoveryKey: false,
  });
});

test('root enrols a gateway that signs accounts in', () => {
  expect(parseCommand(enrol, root)).toMatchObject({ sessionHost: 'linux', dataFolder: '/var/lib/deskhand-gateway' });
});

test('without a command the gateway runs', () => {
  expect(parseCommand(['--data', '/srv/gw'], root)).toMatchObject({ kind: 'run', dataFolder: '/srv/gw' });
});

test.each([
  ['an unknown command', ['rum']],
  ['an unknown option', ['run', '--fast']],
  ['a token on the command line', ['enrol', '--server', 'https://x', '--token', 'secret']],
  ['no token at all', ['enrol', '--server', 'https://x']],
  ['an address that is none', ['enrol', '--server', 'desk.example', '--token-stdin']],
  ['an address without a name', ['enrol', '--server', 'https://', '--token-stdin']],
  ['a server off this machine without TLS', ['enrol', '--server', 'http://desk.example:4680', '--token-stdin']],
  ['a name that only begins like loopback', ['enrol', '--server', 'http://127.desk.example', '--token-stdin']],
  [
    'a fingerprint where there is no certificate',
    ['enrol', '--server', 'http://127.0.0.1:4680', '--server-fingerprint', 'ab', '--token-stdin'],
  ],
  ['sign-ins without root', [...enrol, '--session-host', 'linux']],
  ['a recovery key that is not asked to be new', ['recovery-key']],
  ['a wait for the code beyond a quarter of an hour', [...enrol, '--join-wait', '16']],
  ['a wait for the code that is no number', [...enrol, '--join-wait', '']],
])('%s is a matter of usage', (_what, args) => {
  expect(() => parseCommand(args, person)).toThrow(UsageError);
});

test('a gateway follows a server that has moved, but never into the clear', () => {
  expect(parseCommand(['run', '--server', 'http://127.0.0.1:4712/'], root)).toMatchObject({
    movedTo: 'http://127.0.0.1:4712',
  });
  expect(() => parseCommand(['run', '--server', 'http://desk.example'], root)).toThrow(/TLS only/);
  expect(parseCommand(['run'], root)).toMatchObject({ movedTo: null });
});

test('the code of a join is waited for a quarter of an hour, shorter on request, or not at all', () => {
  expect(parseCommand(enrol, root)).toMatchObject({ joinWaitMs: 900_000 });
  expect(parseCommand([...enrol, '--join-wait', '0.5'], root)).toMatchObject({ joinWaitMs: 30_000 });
  expect(parseCommand([...enrol, '--join-wait', '0'], root)).toMatchObject({ joinWaitMs: 0 });
});

test('a member confirms from its own data folder, at the server where it is now', () => {
  expect(parseCommand(['confirm-join', '--name', 'm2', '--data', '/srv/gw'], root)).toEqual({
    kind: 'confirm-join',
    dataFolder: '/srv/gw',
    name: 'm2',
    movedTo: null,
  });
});

test('a gateway is examined, restarted and installed by its data folder', () => {
  const dataFolder = '/var/lib/deskhand-gateway';
  expect(parseCommand(['doctor'], root)).toEqual({ kind: 'doctor', dataFolder });
  expect(parseCommand(['restart'], root)).toEqual({ kind: 'restart', dataFolder });
  expect(parseCommand(['install-service', '--print'], root)).toMatchObject({ dataFolder, isOnlyPrinted: true });
  expect(parseCommand(['run'], root)).toMatchObject({ isSupervised: false });
  expect(parseCommand(['run', '--supervised'], root)).toMatchObject({ isSupervised: true });
});
