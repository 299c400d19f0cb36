/**
 * Moves the moment for which a person agreed to be signed out, so that nobody waits ten minutes for it, and prints how many
 * questions had one: `move-sign-out.ts SERVER_DATA RUN SECONDS_FROM_NOW`.
 */
import { connectAsDatabaseAccount } from './database-account.ts';

const [serverData = '', run = '', seconds = ''] = process.argv.slice(2);
const client = await connectAsDatabaseAccount(serverData);
const moved = await client.query(
  `update session_question set sign_out_at = clock_timestamp() + make_interval(secs => $2)
    where run_id = $1 and sign_out_at is not null`,
  [run, Number(seconds)],
);
process.stdout.write(String(moved.rowCount));
await client.end();
