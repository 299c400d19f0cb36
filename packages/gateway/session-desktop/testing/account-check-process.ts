import { createInterface } from 'node:readline';
import { LinuxHost } from '../../adapters/linux/linux-host.ts';

/**
 * A gateway reduced to checks of accounts, to be started where a test's own account database is: each line on standard input
 * names an account and a password, and each is answered by one line.
 */
const [runtimeFolder = ''] = process.argv.slice(2);
const host = new LinuxHost({
  nodePath: process.execPath,
  helperPath: process.execPath,
  runtimeFolder,
  owner: { instance: 'checks', dataFolder: null },
});
for await (const line of createInterface({ input: process.stdin })) {
  const { accountName, password } = JSON.parse(line) as { accountName: string; password?: string };
  let isTried = false;
  const beforeTry = (): void => void (isTried = true);
  const check = await host.checkAccount({ accountName, password, beforeTry });
  process.stdout.write(`${JSON.stringify({ ...check, isTried })}\n`);
}
process.exit(0);
