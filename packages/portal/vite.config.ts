import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = import.meta.dirname;
const serverUrl = process.env.DESKHAND_SERVER;

/**
 * `vite build` writes `.build/portal`, which the control plane serves. `--mode mock` writes the same portal with the
 * simulated server inside, for page tests. `vite` alone is the simulated server too, unless DESKHAND_SERVER names a real one.
 */
export default defineConfig(({ mode }) => ({
  root: here,
  publicDir: resolve(here, 'public'),
  plugins: [react()],
  define: { __SIMULATED__: JSON.stringify(mode === 'mock' || (mode === 'development' && !serverUrl)) },
  resolve: {
    // The browser needs the addresses of the routes, not their schemas: the server judges every request itself.
    alias: { typebox: resolve(here, 'api/no-schemas.ts') },
  },
  build: {
    outDir: resolve(here, mode === 'mock' ? '../../.build/portal-mock' : '../../.build/portal'),
    emptyOutDir: true,
    target: 'es2023',
    // A data: address would need its own line in the Content-Security-Policy of fonts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: 'manifest.json',
  },
  server: {
    host: '127.0.0.1',
    ...(serverUrl ? { proxy: { '/api': { target: serverUrl, changeOrigin: false } } } : {}),
  },
}));
