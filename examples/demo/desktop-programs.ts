import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const serverNames = ['Xvnc', 'Xvfb'] as const;

/** What desktop sessions are made of: found, or the one command that installs what is missing. */
export type DesktopPrograms =
  | { readonly ok: true; readonly server: (typeof serverNames)[number] }
  | { readonly ok: false; readonly missing: string; readonly command: string };

export function desktopPrograms(path = process.env.PATH ?? ''): DesktopPrograms {
  const has = (name: string): boolean => path.split(delimiter).some((folder) => isProgram(join(folder, name)));
  const server = serverNames.find(has);
  const packages = [
    ...(server ? [] : ['tigervnc-standalone-server']),
    ...(has('openbox') ? [] : ['openbox']),
    ...(has('dbus-daemon') ? [] : ['dbus']),
  ];
  if (server && packages.length === 0) return { ok: true, server };
  const asRoot = process.getuid?.() === 0 ? '' : 'sudo ';
  return {
    ok: false,
    missing: server ? 'a window manager or message bus' : 'a virtual display: Xvnc or Xvfb',
    command: `${asRoot}apt-get install -y --no-install-recommends ${packages.join(' ')}`,
  };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
