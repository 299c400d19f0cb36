import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cannot } from '../terminal/errors.ts';
import { configFolder } from './settings.ts';

/**
 * API tokens by server address. A token is only ever sent to the server it was made by, so that a settings file in a
 * strange folder cannot lead it elsewhere.
 */
type Tokens = Readonly<Record<string, string>>;

const fileOf = (environment: NodeJS.ProcessEnv): string => join(configFolder(environment), 'credentials.json');

export function readToken(server: string, environment: NodeJS.ProcessEnv): string | undefined {
  if (environment.DESKHAND_TOKEN) return environment.DESKHAND_TOKEN;
  if (environment.DESKHAND_TOKEN_FILE) return readTokenFile(environment.DESKHAND_TOKEN_FILE);
  return readTokens(environment)[server];
}

export function keepToken(server: string, token: string | undefined, environment: NodeJS.ProcessEnv): void {
  const { [server]: _old, ...others } = readTokens(environment);
  const tokens = token === undefined ? others : { ...others, [server]: token };
  mkdirSync(configFolder(environment), { recursive: true, mode: 0o700 });
  const file = fileOf(environment);
  writeFileSync(`${file}.new`, JSON.stringify(tokens), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function readTokens(environment: NodeJS.ProcessEnv): Tokens {
  try {
    return JSON.parse(readFileSync(fileOf(environment), 'utf8')) as Tokens;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw cannot('The stored sign-ins cannot be read.', String(error), `rm ${fileOf(environment)}`, 'credentials-file');
  }
}

function readTokenFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw cannot(
      `The file of DESKHAND_TOKEN_FILE cannot be read.`,
      String(error),
      'check the path',
      'credentials-file',
    );
  }
}
