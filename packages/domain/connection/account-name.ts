export const ACCOUNT_NAME_LENGTH_MAX = 256;

export type AccountForm = 'user' | 'machine-local' | 'domain' | 'address';

/** The operating-system account of a connection, as a person wrote it. */
export interface AccountName {
  /** `machine-local` is `.\user` or `local\user`; `domain` may also name a machine, which only that machine can tell. */
  readonly form: AccountForm;
  readonly user: string;
  readonly domain: string | null;
}

export type AccountNameRefusal = 'empty' | 'too-long' | 'control-characters' | 'not-an-account-name';

export type AccountNameAnswer =
  | { readonly ok: true; readonly name: AccountName }
  | { readonly ok: false; readonly because: AccountNameRefusal; readonly message: string };

/** Reads `user`, `machine\user`, `.\user`, `local\user`, `domain\user` and `user@domain`. */
export function parseAccountName(text: string): AccountNameAnswer {
  const refusal = refusalOf(text);
  if (refusal !== undefined) return { ok: false, because: refusal, message: sentences[refusal] };
  const name = split(text.trim());
  if (isPart(name.user) && (name.domain === null || isPart(name.domain))) return { ok: true, name };
  return { ok: false, because: 'not-an-account-name', message: sentences['not-an-account-name'] };
}

function refusalOf(text: string): AccountNameRefusal | undefined {
  if (text.length > ACCOUNT_NAME_LENGTH_MAX) return 'too-long';
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)) return 'control-characters';
  return text.trim() === '' ? 'empty' : undefined;
}

function split(text: string): AccountName {
  const backslash = text.indexOf('\\');
  if (backslash >= 0) {
    const domain = text.slice(0, backslash);
    const user = text.slice(backslash + 1);
    return isLocalWord(domain) ? { form: 'machine-local', user, domain: null } : { form: 'domain', user, domain };
  }
  const at = text.indexOf('@');
  if (at >= 0) return { form: 'address', user: text.slice(0, at), domain: text.slice(at + 1) };
  return { form: 'user', user: text, domain: null };
}

function isLocalWord(domain: string): boolean {
  return domain === '.' || domain.toLowerCase() === 'local';
}

/**
 * Characters that neither Windows nor Linux allows in an account name, and a leading hyphen, which programs would read as
 * an option. Whether the account exists is the machine's to say.
 */
function isPart(part: string): boolean {
  const isFolderWord = part === '.' || part === '..';
  return !isFolderWord && !part.startsWith('-') && part === part.trim() && /^[^"/\\[\]:;|=,+*?<>@]+$/u.test(part);
}

const sentences = {
  empty: 'An account name is needed.',
  'too-long': `An account name has at most ${String(ACCOUNT_NAME_LENGTH_MAX)} characters.`,
  'control-characters': 'An account name has no invisible characters.',
  'not-an-account-name': 'Write the account as user, machine\\user, .\\user, local\\user, domain\\user or user@domain.',
} as const satisfies Record<AccountNameRefusal, string>;

/**
 * The account as sessions name it: its user part in lower case. The domain is left out, as it is in what gateways
 * report, so two accounts that differ only in their domain never run at once on one machine: strict, and never wrong.
 */
export function accountOnMachine(accountName: string): string {
  return split(accountName.trim()).user.toLowerCase();
}

/** Whether the name means an account of the machine itself and not of a directory. */
export function isLocalTo(name: AccountName, machineName: string): boolean {
  return name.domain === null || name.domain.toLowerCase() === machineName.toLowerCase();
}
