import { readFileSync } from 'node:fs';

/** The version of the package this file came with, in a clone as in an installation. */
export const version = (): string => {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
};
