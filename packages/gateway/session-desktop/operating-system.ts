import { readFileSync } from 'node:fs';
import { release } from 'node:os';

/** "Debian GNU/Linux 12 (bookworm)", as the machine calls itself. */
export function operatingSystemName(read: () => string = () => readFileSync('/etc/os-release', 'utf8')): string {
  try {
    const name = /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(read())?.[1];
    return name ?? `Linux ${release()}`;
  } catch {
    return `Linux ${release()}`;
  }
}
