/**
 * The command line: one file per command in `commands/`, each a plain value from which help, completion and the run of it
 * follow. It is a client of the API like the portal, checks and runs flows without a server, and starts the other programs
 * as processes. Absent on purpose: rules about runs, and anything that a program would need to import from another.
 */
import { version } from './version.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe went away, as head does: nothing is wrong and nobody is listening.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// Scripts ask for the version often, so that question loads nothing else.
if (process.argv[2] === '--version') process.stdout.write(`${version()}\n`);
else {
  const [{ commands }, { runCommandLine }] = await Promise.all([import('./commands.ts'), import('./program.ts')]);
  process.exitCode = await runCommandLine(commands, process.argv.slice(2));
}
