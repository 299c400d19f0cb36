/**
 * The control plane: the API, the portal's files, the run queues and the gateways' links, over PostgreSQL, which is the
 * only state. Runs no flow and opens no secret of a connection.
 *
 *     main.ts [serve] [--host H] [--port P] [--data FOLDER] [--tls-cert FILE --tls-key FILE] [--controlled]
 *     main.ts setup-code [--data FOLDER]                 prints a new one-time link while there is no admin
 *     main.ts backup [--data FOLDER] > FILE              beside a running server; `deskhand backup FILE` writes it whole
 *     main.ts restore [--check] [--replace] < FILE       with every server stopped
 *     main.ts reset-password --email E [--data FOLDER]   reads the new password from standard input
 *
 * With `--controlled` it speaks JSON lines with the program that started it: see adapters/operating-system/parent.ts.
 */
import { errorTable, problem } from '@deskhand/protocol/errors.ts';
import { openParent } from './adapters/operating-system/parent.ts';
import { DatabaseFault } from './adapters/postgres/fault.ts';
import { resetPasswordFromInput, printSetupCode } from './account-commands.ts';
import { backupToOutput, restoreFromInput } from './backup-commands.ts';
import { readConfig, type ServerConfig } from './config.ts';
import { prepareStart } from './prepare-start.ts';
import { StartFault } from './start-fault.ts';
import { startServer } from './start-server.ts';

const STOP_MAX_MS = 25_000;
const STOP_TIMED_OUT = 2;

async function main(): Promise<void> {
  const config = configOrEnd();
  const parent = config.isControlled ? openParent() : undefined;
  try {
    // Everything that only root may do or read comes first; from then on the program is an ordinary user.
    const prepared = await prepareStart(config);
    await run(config, prepared, parent);
  } catch (error) {
    const { code, message, remedy, exit } = describe(error);
    if (parent) parent.tell({ event: 'failed', code, message, remedy });
    console.error(`error: ${message}\ntry: ${remedy}\ncode: ${code}`);
    process.exit(config.command === 'serve' ? 2 : exit);
  }
}

/** What was written wrongly on the command line is one sentence for people, and no defect. */
function configOrEnd(): ServerConfig {
  try {
    return readConfig(process.argv.slice(2), process.env);
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    process.exit(2);
  }
}

async function run(
  config: ServerConfig,
  prepared: Awaited<ReturnType<typeof prepareStart>>,
  parent: ReturnType<typeof openParent> | undefined,
): Promise<void> {
  switch (config.command) {
    case 'setup-code':
      return printSetupCode(config);
    case 'reset-password':
      return resetPasswordFromInput(config);
    case 'backup':
      return backupToOutput(config, prepared.version);
    case 'restore':
      return restoreFromInput(config);
    default: {
      // A turn later, so that the signals below are heard from its first step on.
      const starting = Promise.resolve().then(() => startServer(config, prepared, parent));
      let isStopping = false;
      // Ctrl+C in a terminal reaches this program twice: by itself, and from `deskhand up`. Half-way through the start it
      // waits for its end, because a PostgreSQL that has just been started must be stopped too.
      const stop = (): void => {
        if (!isStopping) {
          void starting.then((server) => server.close()).then(() => process.exit(0), ignoreFailedStart);
          // What does not end by itself is no worse off than after a crash, and whoever restarts us does not wait for ever.
          setTimeout(() => process.exit(STOP_TIMED_OUT), STOP_MAX_MS).unref();
        }
        isStopping = true;
      };
      process.on('SIGTERM', stop);
      process.on('SIGINT', stop);
      parent?.onGone(stop);
      await starting;
    }
  }
}

/** `main` tells it. */
const ignoreFailedStart = (): void => undefined;

interface Described {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly exit: number;
}

function describe(error: unknown): Described {
  if (error instanceof StartFault || error instanceof DatabaseFault) {
    const { code, detail, remedy } = problem(error.code, error.values);
    return { code, message: detail, remedy, exit: errorTable[error.code].exit };
  }
  const reason = error instanceof Error ? error : new Error(String(error));
  if (!(reason instanceof TypeError) && !reason.stack?.includes('at '))
    return { code: 'internal', message: reason.message, remedy: 'See the log.', exit: 2 };
  return {
    code: 'internal',
    message: reason.stack ?? reason.message,
    remedy: 'This is a defect of Deskhand; report it with this text.',
    exit: 2,
  };
}

await main();
