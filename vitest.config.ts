import { defineConfig } from 'vitest/config';

/**
 * Kinds of tests, told apart by their file name, so that the inner loop runs only the quick ones and `npm test` knows
 * what may run beside what:
 *
 * - `*.test.ts` pure and in one process
 * - `*.pg.test.ts` real PostgreSQL
 * - `*.session.test.ts` real operating-system sessions (root)
 * - `*.e2e.test.ts` the real programs, kill -9
 * - `*.up.test.ts` `deskhand up`, which holds the one gateway that a machine has
 * - `*.browser.test.ts` the portal in a browser, on a simulated server
 * - `*.alone.test.ts` what measures time or answers for every session of the machine, with nothing else beside it
 */
const kinds = {
  pg: { testTimeout: 120_000, globalSetup: ['packages/control-plane/testing/shared-postgres.ts'] },
  session: { testTimeout: 180_000, maxWorkers: 1, retry: 1 },
  e2e: { testTimeout: 240_000, maxWorkers: 2, retry: 1 },
  up: { testTimeout: 240_000, maxWorkers: 1, retry: 1 },
  // Pages of one browser side by side: many of them wait, and each loads in a moment.
  browser: { testTimeout: 240_000, maxWorkers: 1, maxConcurrency: 3, retry: 1 },
  alone: { testTimeout: 240_000, maxWorkers: 1, retry: 1 },
};
const slow = Object.keys(kinds).map((kind) => `**/*.${kind}.test.ts`);
const ignored = ['**/node_modules/**', '**/dist/**', '**/.build/**'];

/** No test but those alone shows that something is quick: limits end what hangs, on a machine that does much else. */
const HOOK_TIMEOUT_MS = 180_000;
const UNIT_TIMEOUT_MS = 60_000;
const POLL_TIMEOUT_MS = 20_000;

export default defineConfig({
  test: {
    // Of its own accord Vitest leaves one core to a person who watches, which of two is half of them.
    maxWorkers: '100%',
    hookTimeout: HOOK_TIMEOUT_MS,
    expect: { poll: { timeout: POLL_TIMEOUT_MS } },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['**/*.test.ts'], exclude: [...ignored, ...slow], testTimeout: UNIT_TIMEOUT_MS },
      },
      ...Object.entries(kinds).map(([kind, settings], groupOrder) => ({
        extends: true as const,
        test: {
          name: kind,
          include: [`**/*.${kind}.test.ts`],
          exclude: ignored,
          ...settings,
          // Kinds with different numbers of workers run one after the other when one Vitest runs them all.
          sequence: { groupOrder: groupOrder + 1 },
        },
      })),
    ],
  },
});
