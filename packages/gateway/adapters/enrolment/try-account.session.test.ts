import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { afterAll, describe, expect, test } from 'vitest';
import { makeTryAccount } from './try-account.ts';

test('a gateway without root offers its own account, which needs no password', () => {
  const offered = makeTryAccount({ sessionHost: 'virtual', clusterId: 'c1' });
  expect(offered).toEqual({ accountName: userInfo().username, password: null });
});

describe.runIf(process.getuid?.() === 0)('the account for the example, as root', () => {
  const name = `dh-try-${randomBytes(3).toString('hex')}`;
  const made = new Set<string>();
  const offerTo = (clusterId: string) => {
    const { accountName } = makeTryAccount({ sessionHost: 'linux', clusterId, name });
    made.add(accountName);
    return accountName;
  };
  const sealedPasswordOf = (user: string): string | undefined =>
    readFileSync('/etc/shadow', 'utf8')
      .split('\n')
      .find((line) => line.startsWith(`${user}:`))
      ?.split(':')[1];
  afterAll(() => {
    for (const user of made) execFileSync('userdel', ['--remove', '--force', user], { stdio: 'ignore' });
  });

  test('is one for each installation, so the second leaves the password of the first as it is', () => {
    const first = offerTo('cluster of the first installation');
    const password = sealedPasswordOf(first);
    const second = offerTo('cluster of the second installation');
    expect(first).toBe(name);
    expect(second).not.toBe(first);
    expect(sealedPasswordOf(first)).toBe(password);
    expect(sealedPasswordOf(second)).toMatch(/^\$/);
  });

  test('is the same when its own cluster enrols a gateway again', () => {
    expect(offerTo('cluster of the first installation')).toBe(name);
    expect(offerTo('cluster of the second installation')).toMatch(new RegExp(`^${name}-[0-9a-f]{8}$`));
  });
});
