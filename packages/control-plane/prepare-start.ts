import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { loadAllModules } from './adapters/operating-system/load-all-modules.ts';
import {
  becomeSystemUser,
  ensureSystemUser,
  isRoot,
  makePrivateFolder,
} from './adapters/operating-system/privileges.ts';
import { readDocTexts } from './adapters/http/doc-pages.ts';
import { docFiles, type PortalFiles, readPortalFiles } from './adapters/http/portal-files.ts';
import { prepareEmbedded } from './adapters/postgres/binaries.ts';
import { ownCertificate, readCertificate, type TlsIdentity } from './adapters/tls/certificate.ts';
import { isLoopback, type ServerConfig } from './config.ts';
import { StartFault } from './start-fault.ts';

/** What was read and made while the program could still reach everything. */
export interface Prepared {
  readonly portal: PortalFiles;
  readonly helloDesktop: string;
  readonly statusPage: string;
  readonly version: string;
  readonly tls: TlsIdentity | undefined;
}

/** In a clone these stand in the repository, in the npm package beside the programs. */
const places = {
  portal: ['../../.build/portal', '../../portal'],
  helloDesktop: ['../../examples/hello-desktop.robin'],
  docs: ['../../docs'],
  statusPage: ['../../docs/status.md'],
  manifest: ['../../package.json', '../../../package.json'],
};

export async function prepareStart(config: ServerConfig): Promise<Prepared> {
  const account = isRoot() ? ensureSystemUser() : undefined;
  makeDataFolder(config.dataFolder, account);
  if (account && !config.databaseUrl) prepareEmbedded(config.dataFolder, account.uid, account.gid);
  const files = {
    portal: new Map([
      ...readPortalFiles(placeOf(places.portal) ?? ''),
      ...docFiles(readDocTexts(placeOf(places.docs) ?? '')),
    ]),
    helloDesktop: textOf(places.helloDesktop),
    statusPage: textOf(places.statusPage),
    version: (JSON.parse(textOf(places.manifest) || '{"version":"0"}') as { version: string }).version,
  };
  const given = config.certificate
    ? readCertificate(config.certificate.certFile, config.certificate.keyFile)
    : undefined;
  if (account) {
    await loadAllModules();
    // The cache of compiled modules belongs to whoever started us; afterwards it could not be written.
    flushCompileCache();
    becomeSystemUser(account);
  }
  const tls = given ?? (isLoopback(config.host) ? undefined : await ownCertificate(config.dataFolder));
  return { ...files, tls };
}

function makeDataFolder(folder: string, owner: Parameters<typeof makePrivateFolder>[1]): void {
  try {
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
    makePrivateFolder(folder, owner);
    accessSync(folder, constants.W_OK);
  } catch {
    throw new StartFault('data-folder-not-writable', { folder });
  }
}

const placeOf = (candidates: readonly string[]): string | undefined =>
  candidates.map((candidate) => fileURLToPath(new URL(candidate, import.meta.url))).find((path) => existsSync(path));

function textOf(candidates: readonly string[]): string {
  const path = placeOf(candidates);
  return path ? readFileSync(path, 'utf8') : '';
}
