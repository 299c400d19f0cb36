/**
 * The runner: one process for one run, inside the session and as its user. It reads a flow, runs it, and tells what
 * happened, first to a spool that outlives it and then to the gateway. Absent on purpose: sign-in, screens, passwords
 * of connections and the network to the server, which are the gateway's.
 */
export * from './values-to-json.ts';
