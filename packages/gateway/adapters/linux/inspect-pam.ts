import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PamFound } from '../../ports/machine-probes.ts';
import { PAM_SERVICE } from './pam-service.ts';
import { moduleOf, readPamStack } from './pam-stack.ts';

export interface PamPlaces {
  readonly services: string;
  /** Folders that hold folders called `security`, in which PAM finds its modules. */
  readonly libraries: readonly string[];
}

const places: PamPlaces = { services: '/etc/pam.d', libraries: ['/lib', '/usr/lib', '/lib64', '/usr/lib64'] };

/** Whether the service file can be used: ours, whole, and with every file and module that it names. Writes nothing. */
export function inspectPam(isNeeded: boolean, { services, libraries }: PamPlaces = places): PamFound {
  const path = join(services, PAM_SERVICE);
  if (!isNeeded) return { isNeeded, found: 'not needed: this machine signs nobody in', trouble: null };
  if (!existsSync(path)) {
    const found = `${path} is written when the gateway starts`;
    return existsSync(services)
      ? { isNeeded, found, trouble: null }
      : {
          isNeeded,
          found: 'apt-get install -y libpam-runtime',
          trouble: `${services} is missing: there is no PAM here`,
        };
  }
  const { uid, mode } = lstatSync(path);
  if (uid !== 0 || (mode & 0o022) !== 0)
    return {
      isNeeded,
      found: `chown root:root ${path} && chmod 644 ${path}`,
      trouble: `${path} can be written by others than root, so it is not used`,
    };
  const missing = missingParts(services, libraries);
  return missing.length === 0
    ? { isNeeded, found: `${path} and all that it names are there`, trouble: null }
    : {
        isNeeded,
        found: `put back what is missing, or delete ${path} and start the gateway again`,
        trouble: `${path} names what is not there: ${missing.join(', ')}`,
      };
}

function missingParts(services: string, libraries: readonly string[]): readonly string[] {
  const modules = new Set(libraries.flatMap(modulesBelow));
  const { lines, missing } = readPamStack(services, PAM_SERVICE);
  // A line that begins with a dash is passed over by PAM itself when its module is missing.
  const named = lines.flatMap((line) => moduleOf(line)?.module ?? []);
  return [...new Set([...missing, ...named.filter((module) => !modules.has(module))])];
}

/** `/lib/security` and, where a system has several architectures, `/lib/<triplet>/security`. */
function modulesBelow(library: string): readonly string[] {
  const namesIn = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);
  const folders = [
    library,
    ...namesIn(library)
      .filter((name) => name.includes('-linux-'))
      .map((n) => join(library, n)),
  ];
  return folders.flatMap((folder) => namesIn(join(folder, 'security')));
}
