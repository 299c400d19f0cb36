import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
try {
  await build({
    root: join(root, 'packages', 'portal'),
    logLevel: 'warn',
    build: { outDir: join(root, '.build', 'portal'), emptyOutDir: true },
  });
} catch (error) {
  // The builder has said where; its own stack says nothing about the source.
  console.error(error.message);
  process.exitCode = 1;
}
