import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folders that Windows calls special, where a Linux desktop keeps the same things. */
export function specialFolder(
  name: string,
  environment: Readonly<Record<string, string>>,
  home: string,
): string | undefined {
  const base = (variable: string, fallback: string): string => environment[variable] || join(home, fallback);
  const config = base('XDG_CONFIG_HOME', '.config');
  const data = base('XDG_DATA_HOME', '.local/share');
  const user = (key: string, fallback: string): string => userFolder(config, key, home) ?? join(home, fallback);
  switch (name) {
    case 'DesktopDirectory':
      return user('DESKTOP', 'Desktop');
    case 'Personal':
      return user('DOCUMENTS', 'Documents');
    case 'MyMusic':
      return user('MUSIC', 'Music');
    case 'MyPictures':
      return user('PICTURES', 'Pictures');
    case 'Templates':
      return user('TEMPLATES', 'Templates');
    case 'ApplicationData':
      return config;
    case 'LocalApplicationData':
      return data;
    case 'InternetCache':
      return base('XDG_CACHE_HOME', '.cache');
    case 'Startup':
      return join(config, 'autostart');
    case 'Programs':
    case 'StartMenu':
      return join(data, 'applications');
    case 'CommonApplicationData':
      return '/usr/share';
    case 'ProgramFiles':
    case 'CommonProgramFiles':
      return '/usr/lib';
    case 'System':
      return '/usr/bin';
    default:
      return undefined;
  }
}

/** `XDG_DOCUMENTS_DIR="$HOME/Papers"` in the file that desktops keep. */
function userFolder(config: string, key: string, home: string): string | undefined {
  try {
    const lines = readFileSync(join(config, 'user-dirs.dirs'), 'utf8');
    const written = new RegExp(`^XDG_${key}_DIR="(.+)"`, 'm').exec(lines)?.[1];
    return written?.replace(/^\$HOME/, home);
  } catch {
    // Most accounts without a desktop have no such file.
    return undefined;
  }
}
