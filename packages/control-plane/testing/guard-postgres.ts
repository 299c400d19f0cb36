import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface PostgresGuard {
  /** Ends what is left now, and resolves when nothing is. */
  end(): Promise<void>;
}

/**
 * Watches over the folder of a PostgreSQL that must not outlive this process, however that ends: a program that waits on
 * a pipe of this process ends the postmaster and removes the folder.
 */
export function guardPostgres(dataFolder: string): PostgresGuard {
  const guard = spawn('sh', ['-c', guardScript, 'sh', dataFolder], {
    stdio: ['pipe', 'ignore', 'inherit'],
    // Ctrl-C at the terminal and the end of a time limit reach a whole group; the guard outlives them by a moment.
    detached: true,
  });
  const ended = once(guard, 'exit');
  return {
    end: async () => {
      guard.stdin.end();
      await ended;
    },
  };
}

const guardScript = `cat >/dev/null
pid=$(head -n 1 "$1/postgres/cluster/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ]; then
  kill -QUIT "$pid"
  for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" && sleep 0.2; done
fi 2>/dev/null
rm -rf "$1"`;
