import { accessSync, constants } from 'node:fs';

/** The programs a desktop session is made of; null where one is not installed. */
export interface InstalledPrograms {
  readonly xvnc: string | null;
  readonly xvfb: string | null;
  readonly dbus: string | null;
  readonly openbox: string | null;
  readonly dunst: string | null;
  readonly zenity: string | null;
  readonly setpriv: string | null;
}

const FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin'];

export function installedPrograms(find: (name: string) => string | null = findProgram): InstalledPrograms {
  return {
    xvnc: find('Xvnc'),
    xvfb: find('Xvfb'),
    dbus: find('dbus-daemon'),
    openbox: find('openbox'),
    dunst: find('dunst'),
    zenity: find('zenity'),
    setpriv: find('setpriv'),
  };
}

/** Only folders that root owns: what a PATH names is not trusted with a password's session. */
function findProgram(name: string): string | null {
  for (const folder of FOLDERS) {
    try {
      accessSync(`${folder}/${name}`, constants.X_OK);
      return `${folder}/${name}`;
    } catch {
      // Looked for in the next folder.
    }
  }
  return null;
}

export const canOpenDisplays = (programs: InstalledPrograms): boolean =>
  (programs.xvnc !== null || programs.xvfb !== null) && programs.dbus !== null && programs.openbox !== null;

/** What is missing, as sentences with the command that mends it. */
export function missingSentences(programs: InstalledPrograms): readonly string[] {
  const wanted: readonly (readonly [boolean, string, string])[] = [
    [
      programs.xvnc === null && programs.xvfb === null,
      'Unattended runs need a virtual display',
      'tigervnc-standalone-server',
    ],
    [
      programs.xvnc === null && programs.xvfb !== null,
      'Watching a session live needs Xvnc',
      'tigervnc-standalone-server',
    ],
    [programs.dbus === null, 'Sessions need a message bus', 'dbus'],
    [programs.openbox === null, 'Unattended runs need a window manager', 'openbox'],
    [programs.dunst === null, 'Notifications in unattended sessions need a notification service', 'dunst'],
    [programs.zenity === null, 'Asking the person at the screen needs zenity', 'zenity'],
    [programs.setpriv === null, 'Starting programs as another account needs setpriv', 'util-linux'],
  ];
  return wanted.flatMap(([missing, what, name]) => (missing ? [`${what}: apt-get install -y ${name}`] : []));
}
