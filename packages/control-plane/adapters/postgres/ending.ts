/** A connection that nobody answers on any more is left to the operating system after so long. */
const END_TIMEOUT_MS = 5_000;

/** Ends a pool or a connection. Behind a half-open link the end is never confirmed, and a stop must not wait for it. */
export async function ended(connection: { end(): Promise<void> } | undefined): Promise<void> {
  if (connection === undefined) return;
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, END_TIMEOUT_MS);
  try {
    await Promise.race([connection.end(), late]);
  } finally {
    clearTimeout(timer);
  }
}
