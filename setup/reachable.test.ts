import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isReachable } from './reachable.ts';

test('a folder below a closed one is out of reach for other accounts', () => {
  const closed = mkdtempSync(join(tmpdir(), 'reachable-'));
  const inside = join(closed, 'inside');
  mkdirSync(inside, { mode: 0o755 });
  expect(isReachable(inside)).toBe(false);
  chmodSync(closed, 0o711);
  expect(isReachable(inside)).toBe(true);
  rmSync(closed, { recursive: true });
});
