/**
 * Tidy: the rules of this repository that a program can check, and a report of what only eyes can judge. Its checks also
 * run as ordinary tests. `--write` brings generated pages up to date.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checks, loadErrors, root } from './checks.ts';
import { errorPage, errorPageOf } from './checks/error-table.ts';
import { type Length, longestFiles, longestFunctions } from './lengths.ts';
import { openRepository } from './repository.ts';

if (process.argv.includes('--write')) {
  const errors = await loadErrors();
  if (errors) writeFileSync(join(root, errorPage), errorPageOf(errors));
}

const repository = openRepository(root);
let findings = 0;
for (const check of checks) {
  const found = await check.find(repository);
  findings += found.length;
  console.log(`${found.length === 0 ? '✓' : '✕'} ${check.name}`);
  for (const { path, line, what } of found) console.log(`    ${path}${line ? `:${line}` : ''} ${what}`);
}
show('Longest functions', longestFunctions(repository));
show('Longest files', longestFiles(repository));
process.exitCode = findings === 0 ? 0 : 1;

function show(title: string, lengths: readonly Length[]): void {
  console.log(`\n${title}, to look at`);
  for (const { lines, name } of lengths) console.log(`  ${String(lines).padStart(5)}  ${name}`);
}
