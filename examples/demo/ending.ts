import { say, step } from './progress.ts';

/** Everything that was made is removed, whatever came before. */
export async function cleanedUp(cleanup: AsyncDisposableStack, exitCode: number): Promise<number> {
  try {
    say();
    await step('Cleaning up', () => cleanup.disposeAsync());
    return exitCode;
  } catch (error) {
    say(`  ${(error as Error).message}`);
    return exitCode || 1;
  }
}

/** A first signal stops the demo and lets it clean up; further ones are too late to change anything. */
export function stopOnSignals(): { readonly signal: AbortSignal; readonly exitCode: () => number } {
  const controller = new AbortController();
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  let exitCode = 1;
  for (const [name, code] of Object.entries(codes))
    process.on(name, () => {
      if (!controller.signal.aborted) exitCode = code;
      controller.abort(new Error('Interrupted.'));
    });
  return { signal: controller.signal, exitCode: () => exitCode };
}
