import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
await build({
  root: join(root, 'packages', 'portal'),
  logLevel: 'warn',
  build: { outDir: join(root, '.build', 'portal'), emptyOutDir: true },
});
