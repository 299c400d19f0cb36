import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CertificateMismatch, connectPinned } from '@deskhand/protocol/tls/pinned-socket.ts';
import { selfSigned } from '../../testing/self-signed.ts';
import { openEnrolmentServer } from './enrolment-server.ts';

let server: Server;
let fingerprint: string;
let port: number;
const asked: string[] = [];

beforeEach(async () => {
  const { key, cert, sha256 } = await selfSigned();
  fingerprint = sha256;
  server = createServer({ key, cert }, (request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ clusterId: 'c1', clusterName: 'Office', clusterPublicKey: null }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  asked.length = 0;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const colons = (hex: string): string => (hex.toUpperCase().match(/../g) ?? []).join(':');

test('a server with the pinned certificate is reached, whoever signed it', async () => {
  const socket = await connectPinned({ host: '127.0.0.1', port, fingerprint: `SHA256:${colons(fingerprint)}` });
  expect(socket.encrypted).toBe(true);
  socket.destroy();
});

test('enrolment goes through the pinned connection', async () => {
  const target = await openEnrolmentServer(`https://127.0.0.1:${port}`, fingerprint).describe('token');
  expect(target).toMatchObject({ clusterId: 'c1' });
});

test('another certificate is refused before anything is said', async () => {
  const wrong = fingerprint.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
  await expect(connectPinned({ host: '127.0.0.1', port, fingerprint: wrong })).rejects.toThrow(CertificateMismatch);
  await expect(openEnrolmentServer(`https://127.0.0.1:${port}`, wrong).describe('token')).rejects.toMatchObject({
    problem: { code: 'certificate-mismatch' },
  });
  expect(asked).toEqual([]);
});

test('without a fingerprint a certificate that nobody vouches for is told as such, before anything is said', async () => {
  await expect(openEnrolmentServer(`https://127.0.0.1:${port}`, null).describe('token')).rejects.toMatchObject({
    problem: { code: 'certificate-unknown' },
  });
  expect(asked).toEqual([]);
});
