import { expect, test } from 'vitest';
import { versionAdvice } from './gateway-version.ts';

test.each([
  ['0.1.0', '0.1.0', 'alike'],
  ['0.1.0', '0.1.0-rc.1', 'alike'],
  ['0.0.9', '0.1.0', 'older'],
  ['0.9.0', '0.10.0', 'older'],
  ['1.0.0', '0.10.7', 'newer'],
  ['0.1.1', '0.1.0', 'newer'],
  ['something', '0.1.0', 'alike'],
  ['2', '0.1.0', 'alike'],
] as const)('S35: a gateway of version %s beside a server of %s is %s', (version, server, expected) => {
  const advice = versionAdvice(version, server);
  if (expected === 'alike') expect(advice).toBeNull();
  else expect(advice).toMatch(new RegExp(`${version} is ${expected} than the server’s ${server}`));
});
