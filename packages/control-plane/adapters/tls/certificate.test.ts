import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:tls';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ownCertificate } from './certificate.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dh-tls-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the own certificate is made once and kept, its key readable by its owner only', async () => {
  const first = await ownCertificate(folder);
  expect(await ownCertificate(folder)).toEqual(first);
  expect(statSync(join(folder, 'tls-key.pem')).mode & 0o777).toBe(0o600);
});

test('a client meets the certificate under the fingerprint that was printed', async () => {
  const identity = await ownCertificate(folder);
  const server = createServer(identity, (socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    ca: identity.cert,
    servername: 'localhost',
  });
  await once(socket, 'secureConnect');
  expect(socket.authorized).toBe(true);
  expect(socket.getPeerCertificate().fingerprint256).toBe(identity.fingerprint);
  socket.destroy();
  server.close();
});
