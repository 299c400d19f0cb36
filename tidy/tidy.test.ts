import { expect, test } from 'vitest';
import { checks, root } from './checks.ts';
import { openRepository } from './repository.ts';

const repository = openRepository(root);

for (const check of checks)
  test(check.name, async () => {
    const found = await check.find(repository);
    expect(found.map(({ path, line, what }) => `${path}:${line ?? ''} ${what}`)).toEqual([]);
  }, 60_000);
