import { chmodSync, lstatSync, mkdirSync } from 'node:fs';

/** A refusal to start with a sentence for a person. */
export class StartRefused extends Error {}

/** Makes a folder that only this account can enter, or refuses one that others could. */
export function makePrivateFolder(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartRefused(`The folder ${path} cannot be made: ${(error as Error).message}. Give another with --data.`);
  }
  checkPrivate(path, 'folder', 'chmod 700');
  return path;
}

/** Keys and journal are worth nothing where others can read or replace them. */
export function checkPrivate(path: string, what: 'folder' | 'file', remedy: string): void {
  const facts = lstatSync(path);
  if (facts.isSymbolicLink()) throw new StartRefused(`${path} is a symbolic link; Deskhand wants the real ${what}.`);
  if (facts.uid !== process.getuid?.()) throw new StartRefused(`The ${what} ${path} belongs to another account.`);
  if ((facts.mode & 0o077) !== 0) {
    throw new StartRefused(`Other accounts can reach the ${what} ${path}. Mend it: ${remedy} ${path}`);
  }
}

/** A folder that others may pass through to a socket of theirs, and nothing more. */
export function makePassableFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o711 });
  const facts = lstatSync(path);
  if (!facts.isDirectory() || facts.uid !== process.getuid?.()) {
    throw new StartRefused(`The folder ${path} belongs to another account.`);
  }
  chmodSync(path, 0o711);
  return path;
}
