import { expect, test } from 'vitest';
import { isLoopback, readConfig } from './config.ts';

test('a flag wins over the environment, and the environment over the default', () => {
  expect(readConfig(['--port', '1'], { DESKHAND_PORT: '2' }).port).toBe(1);
  expect(readConfig([], { DESKHAND_PORT: '2' }).port).toBe(2);
  expect(readConfig([], {}).port).toBe(4680);
});

test('a port that is no port is refused with what to give', () => {
  expect(() => readConfig(['--port', '99999'], {})).toThrow(/0 to 65535/);
});

test('a certificate without its key, or a key without its certificate, is refused', () => {
  expect(() => readConfig(['--tls-cert', '/c.pem'], {})).toThrow('--tls-key');
  expect(() => readConfig([], { DESKHAND_TLS_KEY: '/k.pem' })).toThrow('--tls-cert');
});

test.each([
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['localhost', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['10.0.0.4', false],
  ['127.desk.example', false],
])('%s counts as loopback: %s', (host, answer) => {
  expect(isLoopback(host)).toBe(answer);
});

test('whom a balancer speaks for is believed of the addresses and networks that are named, and of nothing else', () => {
  const read = (text: string) => readConfig([], { DESKHAND_TRUSTED_PROXIES: text }).trustedProxies;
  expect(read('10.0.0.5, 10.1.0.0/16,::1')).toEqual(['10.0.0.5', '10.1.0.0/16', '::1']);
  expect(read('')).toEqual([]);
  for (const wrong of ['balancer', '10.0.0.0/33', '10.0.0/24', 'true', '10.0.0.1/8/8', '10.0.0.0/'])
    expect(() => read(wrong)).toThrow('DESKHAND_TRUSTED_PROXIES');
});
