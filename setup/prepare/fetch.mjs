/**
 * Puts the pinned Node into `.node/` of the folder that is named: for the installed package, which has no prepare.mjs.
 *
 *   node fetch.mjs FOLDER
 */
import { mkdirSync } from 'node:fs';
import { fetchNode } from './node-binary.mjs';
import { Trouble, explained, say } from './trouble.mjs';

const [, , folder = '.'] = process.argv;
try {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  fetchNode(folder);
} catch (error) {
  const trouble = explained(error, folder);
  if (!(trouble instanceof Trouble)) throw error;
  say(trouble.message);
  say(trouble.fix);
  process.exitCode = 2;
}
