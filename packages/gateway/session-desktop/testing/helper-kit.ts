import { mkdtempSync, rmSync } from 'node:fs';
import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { HelperProgram } from '../session-helper.ts';

/** The helper as one file that every account can read, as the gateway installs it. */
export async function buildHelperKit(): Promise<HelperProgram & { remove(): void }> {
  const folder = mkdtempSync('/tmp/dh-kit-');
  chmodSync(folder, 0o755);
  const helperPath = `${folder}/session-helper.cjs`;
  const entryPoints = [fileURLToPath(new URL('../../session-helper/main.ts', import.meta.url))];
  await build({ entryPoints, bundle: true, platform: 'node', format: 'cjs', outfile: helperPath, logLevel: 'error' });
  return { nodePath: process.execPath, helperPath, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
