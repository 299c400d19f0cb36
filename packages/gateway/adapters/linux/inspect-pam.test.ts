import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inspectPam, type PamPlaces } from './inspect-pam.ts';
import { serviceText } from './pam-service.ts';

const isRoot = process.getuid?.() === 0;
let root: string;
let places: PamPlaces;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dh-pam-'));
  places = { services: join(root, 'pam.d'), libraries: [join(root, 'lib')] };
  mkdirSync(places.services);
  mkdirSync(join(root, 'lib', 'x86_64-linux-gnu', 'security'), { recursive: true });
  for (const name of ['pam_unix.so', 'pam_limits.so', 'pam_env.so'])
    writeFileSync(join(root, 'lib', 'x86_64-linux-gnu', 'security', name), '');
});
afterEach(() => rmSync(root, { recursive: true }));

const put = (name: string, text: string): void => writeFileSync(join(places.services, name), text, { mode: 0o644 });
const putAll = (): void => {
  put('deskhand', serviceText('debian'));
  for (const name of ['common-auth', 'common-account', 'common-session'])
    put(name, `auth [success=1 default=ignore] pam_unix.so nullok\n-session optional pam_systemd.so\n`);
};
const look = () => inspectPam(true, places);

test('a machine that signs nobody in needs no PAM', () => expect(inspectPam(false, places).trouble).toBeNull());

test('a service that is not there yet is written by the gateway', () => {
  expect(look()).toMatchObject({ trouble: null, found: expect.stringContaining('is written when') });
});

// Whether a file is root's only root can try out; elsewhere it is refused, and rightly so.
test('a whole service can be used; a module that PAM passes over may be missing', () => {
  putAll();
  expect(look().trouble === null).toBe(isRoot);
});

test('a service that names what is not there is found, with the names', () => {
  putAll();
  rmSync(join(places.services, 'common-account'));
  rmSync(join(root, 'lib', 'x86_64-linux-gnu', 'security', 'pam_limits.so'));
  const { trouble } = look();
  if (isRoot) expect(trouble).toMatch(/common-account.*pam_limits\.so|pam_limits\.so.*common-account/);
  else expect(trouble).toContain('others than root');
});

test('a service that everybody can write is not trusted', () => {
  putAll();
  chmodSync(join(places.services, 'deskhand'), 0o666);
  expect(look()).toMatchObject({ trouble: expect.stringContaining('can be written by others') });
});
