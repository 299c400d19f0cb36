import { defineConfig } from 'vitest/config';

/**
 * Four kinds of tests, told apart by their file name, so that the inner loop runs only the quick ones:
 * `*.test.ts` pure and in one process · `*.pg.test.ts` real PostgreSQL · `*.session.test.ts` real operating-system
 * sessions (root) · `*.e2e.test.ts` the real programs, a browser, kill -9.
 */
const kinds = ['pg', 'session', 'e2e'] as const;
const slow = kinds.map((kind) => `**/*.${kind}.test.ts`);
const ignored = ['**/node_modules/**', '**/dist/**', '**/.build/**'];

/** No test shows that something is quick: the limits end what hangs, on a machine that does much else besides. */
const patience = (kind: 'unit' | (typeof kinds)[number]) => ({
  testTimeout: { unit: 60_000, pg: 120_000, session: 180_000, e2e: 240_000 }[kind],
  hookTimeout: 180_000,
});

export default defineConfig({
  test: {
    // Of its own accord Vitest would leave one core to a person who watches: half of two.
    maxWorkers: '100%',
    projects: [
      { test: { name: 'unit', include: ['**/*.test.ts'], exclude: [...ignored, ...slow], ...patience('unit') } },
      ...kinds.map((kind) => ({
        test: {
          name: kind,
          include: [`**/*.${kind}.test.ts`],
          exclude: ignored,
          ...patience(kind),
          fileParallelism: kind === 'pg',
          ...(kind === 'pg' && { globalSetup: ['packages/control-plane/testing/shared-postgres.ts'] }),
          // Real programs share two cores with a browser and a database: a time limit that passed once is asked again,
          // and the report says that it was.
          retry: kind === 'pg' ? 0 : 1,
        },
      })),
    ],
  },
});
