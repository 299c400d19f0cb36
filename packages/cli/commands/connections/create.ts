import { argument, type Command, flag, text } from '../../command.ts';
import { askSecret } from '../../terminal/ask.ts';
import { usageFailure } from '../../terminal/errors.ts';
import { findCluster } from '../find-cluster.ts';

export const create: Command = {
  name: 'connections create',
  summary: 'Make a connection: where to run and as which account.',
  arguments: [{ syntax: '<name>', description: 'its name' }],
  options: [
    { syntax: '--cluster <cluster>', description: 'name or id of the gateway cluster' },
    { syntax: '--account <account>', description: 'account on its machines: alice, .\\alice, alice@corp.example' },
    {
      syntax: '--when-session-blocked <what>',
      description: 'when a session rule forbids a run',
      choices: ['fail', 'wait'],
    },
    { syntax: '--password-stdin', description: 'read the password from standard input' },
    { syntax: '--no-password', description: 'store none, for gateways on a virtual display' },
    { syntax: '--fingerprint <fingerprint>', description: "of the cluster's key, as its gateway prints it" },
  ],
  examples: [
    'deskhand connections create kiosk --cluster kiosks --account kiosk',
    'pass show kiosk | deskhand connections create kiosk --cluster kiosks --account kiosk --password-stdin',
  ],
  exitCodes: [0, 2, 4, 5, 6, 7],
  run: async (call) => {
    const [clusterName, accountName] = [text(call, 'cluster'), text(call, 'account')];
    if (clusterName === undefined || accountName === undefined)
      throw usageFailure('A connection needs a cluster and an account.', '--cluster kiosks --account kiosk');
    const api = await call.api();
    const cluster = await findCluster(api, clusterName);
    const withPassword = call.options.password !== false;
    const password = withPassword
      ? await askSecret(`Password of ${accountName}: `, flag(call, 'passwordStdin'))
      : undefined;
    const blocked = text(call, 'whenSessionBlocked') as 'fail' | 'wait' | undefined;
    const made = await api.createConnection({
      body: {
        name: argument(call, 0),
        clusterId: cluster.id,
        accountName,
        ...(blocked === undefined ? {} : { whenSessionBlocked: blocked }),
      },
    });
    const { sealPassword } = await import('./seal-password.ts');
    const connection =
      password === undefined ? made : await sealPassword(call, made, password, text(call, 'fingerprint'));
    call.output.one(connection, ({ id, name }) => `${name}: ${id}`);
    return 0;
  },
};
