import type { Role } from '@deskhand/domain/account/permissions.ts';
import { argument, type Command, flag, text, texts } from '../../command.ts';
import { askSecret } from '../../terminal/ask.ts';
import { usageFailure } from '../../terminal/errors.ts';

const roles = ['admin', 'maker', 'operator', 'viewer'] as const satisfies readonly Role[];

export const create: Command = {
  name: 'accounts create',
  summary: 'Make an account with a first password.',
  arguments: [{ syntax: '<email>', description: 'of an allowed domain' }],
  options: [
    { syntax: '--name <name>', description: "the person's name; the e-mail without it" },
    { syntax: '--role <role>', description: 'admin, maker, operator or viewer', repeated: true },
    { syntax: '--os-account <account>', description: 'an account of machines that is their own', repeated: true },
    { syntax: '--password-stdin', description: 'read the first password from standard input' },
  ],
  examples: [
    'deskhand accounts create alice@corp.example --role maker --os-account alice',
    'pass show new | deskhand accounts create bob@corp.example --role viewer --password-stdin',
  ],
  exitCodes: [0, 2, 4, 6, 7],
  run: async (call) => {
    const email = argument(call, 0);
    const wanted = texts(call, 'role').map(roleOf);
    const password = await askSecret(`First password of ${email}: `, flag(call, 'passwordStdin'));
    const account = await (await call.api()).createAccount({
      body: {
        email,
        name: text(call, 'name') ?? email,
        password,
        roles: wanted.length > 0 ? wanted : ['viewer'],
        osAccounts: [...texts(call, 'osAccount')],
      },
    });
    call.output.one(account, ({ id, name }) => `${name}: ${id}`);
    return 0;
  },
};

function roleOf(written: string): Role {
  const role = roles.find((known) => known === written);
  if (role === undefined) throw usageFailure(`There is no role "${written}".`, `one of ${roles.join(', ')}`);
  return role;
}
