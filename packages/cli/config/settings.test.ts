import { expect, test } from 'vitest';
import { readSettings } from './settings.ts';

const files: Readonly<Record<string, string>> = {
  'deskhand.toml': 'server = "http://near:1"',
  '/home/alice/.config/deskhand/config.toml': '# mine\nserver = \'http://mine:1\'\ncolor = "never" # quiet\n',
};
const read = (path: string): string | undefined => files[path];
const home = { HOME: '/home/alice' };

test('a flag wins over the environment, which wins over files, of which the nearest wins', () => {
  const flag = readSettings({ server: 'http://flag:1' }, { ...home, DESKHAND_SERVER: 'http://env:1' }, read);
  expect(flag.server).toEqual({ value: 'http://flag:1', origin: 'flag --server' });
  const environment = readSettings({}, { ...home, DESKHAND_SERVER: 'http://env:1/' }, read);
  expect(environment.server).toEqual({ value: 'http://env:1', origin: 'environment DESKHAND_SERVER' });
  const file = readSettings({}, home, read);
  expect(file.server.origin).toBe('file deskhand.toml');
  expect(file.color).toEqual({ value: 'never', origin: 'file /home/alice/.config/deskhand/config.toml' });
  expect(readSettings({}, home, () => undefined).server.origin).toBe('default');
});

test('a line that is no setting is named with its file', () => {
  expect(() => readSettings({}, home, (path) => (path === 'deskhand.toml' ? 'colour = "never"' : undefined))).toThrow(
    'Line 1 of deskhand.toml is not a setting.',
  );
});

test('a fingerprint is taken as people copy it, and refused when it is none', () => {
  const pairs = Array.from({ length: 32 }, () => 'AB').join(':');
  const given = readSettings({}, { ...home, DESKHAND_SERVER_FINGERPRINT: `SHA256:${pairs}` }, () => undefined);
  expect(given['server-fingerprint']).toEqual({
    value: 'ab'.repeat(32),
    origin: 'environment DESKHAND_SERVER_FINGERPRINT',
  });
  expect(() => readSettings({ 'server-fingerprint': 'AB:CD' }, home, () => undefined)).toThrow('is not the SHA-256');
});
