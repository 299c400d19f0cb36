import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { say } from './trouble.mjs';

const APT_TIMEOUT_MS = 10 * 60_000;

/** Debian package → one file or command that proves it is there, so that looking costs no process. */
const forSessions = {
  'tigervnc-standalone-server': 'Xtigervnc',
  xvfb: 'Xvfb',
  openbox: 'openbox',
  dunst: 'dunst',
  dbus: 'dbus-daemon',
  'at-spi2-core': '/usr/libexec/at-spi2-registryd',
  xdotool: 'xdotool',
  wmctrl: 'wmctrl',
  xclip: 'xclip',
  xauth: 'xauth',
  'x11-xserver-utils': 'xsetroot',
  imagemagick: 'import',
  'libnotify-bin': 'notify-send',
  zenity: 'zenity',
  'fonts-dejavu-core': '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
  'util-linux': 'setpriv',
  procps: 'ps',
};
const forTests = {
  chromium: 'chromium',
  i3lock: 'i3lock',
  xterm: 'xterm',
  faketime: 'faketime',
  strace: 'strace',
  passwd: 'useradd',
  iproute2: 'ip',
};

const folders = [...new Set([...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/bin', '/bin'])];
const isThere = (proof) =>
  proof.startsWith('/') ? existsSync(proof) : folders.some((folder) => existsSync(join(folder, proof)));

export function missingDebianPackages({ tests }) {
  if (process.platform !== 'linux') return [];
  return Object.entries(tests ? { ...forSessions, ...forTests } : forSessions)
    .filter(([, proof]) => !isThere(proof))
    .map(([name]) => name);
}

/** Installs what is missing when this is root on Debian, else says what to type. Never stops the preparation. */
export function offerDebianPackages(missing) {
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (!existsSync('/usr/bin/apt-get')) {
    say(`desktop sessions need programs that this system names its own way; on Debian they are: ${missing.join(' ')}`);
    return;
  }
  if (process.getuid() !== 0) {
    say(`desktop sessions need more Debian packages; going on without. To install them: sudo ${command}`);
    return;
  }
  say(`installing Debian packages for desktop sessions: ${missing.join(' ')}`);
  // The package lists are fetched only when they are absent or outdated, which the first attempt finds out.
  if (apt(command) || (apt('apt-get update') && apt(command))) return;
  say(`apt-get could not install them, going on without. Try yourself: apt-get update && ${command}`);
}

function apt(command) {
  const result = spawnSync('sh', ['-c', command], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: 'ignore',
    timeout: APT_TIMEOUT_MS,
  });
  return result.status === 0;
}
