import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { normalFingerprint } from '@deskhand/protocol/tls/fingerprint.ts';
import { cannot, usageFailure } from '../terminal/errors.ts';

/** A setting and where its value came from. */
export interface Setting {
  readonly value: string;
  readonly origin: string;
}

export interface Settings {
  readonly server: Setting;
  readonly color: Setting;
  /** Empty: whoever the system's authorities vouch for. */
  readonly 'server-fingerprint': Setting;
}
export type SettingName = keyof Settings;

export const settingNames = ['server', 'color', 'server-fingerprint'] as const satisfies readonly SettingName[];
const defaults: Readonly<Record<SettingName, string>> = {
  server: 'http://127.0.0.1:4680',
  color: 'auto',
  'server-fingerprint': '',
};
const variable = (name: SettingName): string => `DESKHAND_${name.toUpperCase().replaceAll('-', '_')}`;

export const configFolder = (environment: NodeJS.ProcessEnv): string =>
  join(environment.XDG_CONFIG_HOME || join(environment.HOME || homedir(), '.config'), 'deskhand');

const files = (environment: NodeJS.ProcessEnv): readonly string[] => [
  'deskhand.toml',
  join(configFolder(environment), 'config.toml'),
  '/etc/deskhand/deskhand.toml',
];

/** Flag, then environment, then the nearest file, then the default. */
export function readSettings(
  flags: Readonly<Partial<Record<SettingName, string>>>,
  environment: NodeJS.ProcessEnv,
  readFile: (path: string) => string | undefined = readOptional,
): Settings {
  const read = files(environment).map((path) => ({ path, values: parseToml(readFile(path) ?? '', path) }));
  const setting = (name: SettingName): Setting => {
    const given = flags[name];
    if (given !== undefined) return { value: given, origin: `flag --${name}` };
    const set = environment[variable(name)];
    if (set) return { value: set, origin: `environment ${variable(name)}` };
    const file = read.find(({ values }) => values[name] !== undefined);
    if (file) return { value: file.values[name] ?? '', origin: `file ${file.path}` };
    return { value: defaults[name], origin: 'default' };
  };
  return {
    server: { ...setting('server'), value: address(setting('server')) },
    color: setting('color'),
    'server-fingerprint': fingerprint(setting('server-fingerprint')),
  };
}

function fingerprint(setting: Setting): Setting {
  const value = normalFingerprint(setting.value);
  if (value === '' || /^[0-9a-f]{64}$/.test(value)) return { ...setting, value };
  throw usageFailure(
    `The fingerprint ${setting.value} (${setting.origin}) is not the SHA-256 of a certificate.`,
    'give the 64 hexadecimal digits that the server prints',
  );
}

function address({ value, origin }: Setting): string {
  try {
    const { protocol, href } = new URL(value);
    if (protocol === 'http:' || protocol === 'https:') return href.replace(/\/$/, '');
  } catch {
    // Said below, together with other schemes.
  }
  throw usageFailure(
    `The server's address ${value} (${origin}) is not an http or https address.`,
    '--server http://127.0.0.1:4680',
  );
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return undefined;
    throw error;
  }
}

/** The part of TOML that settings need: `name = "text"` lines and comments. */
export function parseToml(text: string, path: string): Readonly<Partial<Record<SettingName, string>>> {
  const values: Partial<Record<SettingName, string>> = {};
  text.split('\n').forEach((written, index) => {
    const line = written.trim();
    if (line === '' || line.startsWith('#')) return;
    const match = /^([A-Za-z_-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')\s*(?:#.*)?$/.exec(line);
    const name = settingNames.find((known) => known === match?.[1]);
    if (match === null || name === undefined)
      throw cannot(
        `Line ${index + 1} of ${path} is not a setting.`,
        match ? `there is no setting ${match[1]}` : 'a setting is written name = "value"',
        `one of ${settingNames.join(', ')}`,
        'settings-file',
      );
    values[name] = match[2] ?? match[3] ?? '';
  });
  return values;
}
