import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { claimsAreTrue } from './checks/claims.ts';
import { conformance } from './checks/conformance.ts';
import { noCycles } from './checks/cycles.ts';
import { dependenciesAreDeclared, lockfileIsNeutral } from './checks/dependencies.ts';
import { type ErrorFacts, errorTableAgrees } from './checks/error-table.ts';
import { fileNames } from './checks/file-names.ts';
import { importDirections } from './checks/import-directions.ts';
import { helpIsThere, linksResolve } from './checks/links.ts';
import { noMachineTraces } from './checks/machine-traces.ts';
import { openingParagraphs } from './checks/opening-paragraphs.ts';
import { plantedBugsFit } from './checks/planted-bugs.ts';
import { pureIsPure } from './checks/purity.ts';
import { bannedWords } from './checks/words.ts';
import type { Check } from './repository.ts';

export const root = fileURLToPath(new URL('..', import.meta.url));

interface ProtocolErrors {
  readonly errorTable: ErrorFacts['table'];
  readonly exitCodes: ErrorFacts['exitCodes'];
}
interface ProtocolCauses {
  readonly errorCauses: ErrorFacts['causes'];
}
interface ProtocolChecks {
  readonly checkNames: ErrorFacts['checkNames'];
}
interface ProtocolHelp {
  readonly healthHelp: Readonly<Record<string, string>>;
  readonly journalHelp: string;
  readonly gatewayHelp: Readonly<Record<string, string>>;
  readonly spreadHelp: string;
  readonly strategyHelp: Readonly<Record<string, string>>;
  readonly helpOfError: (code: string) => string;
  readonly helpOfCheck: (name: string) => string;
}
interface ProtocolPage {
  openApi(version: string): {
    components: { schemas: { Problem: { properties: { code: { enum: readonly string[] } } } } };
  };
}

/** The error table is read by running it, so that tidy sees exactly what the programs see. */
export async function loadErrors(): Promise<ErrorFacts | undefined> {
  const protocol = new URL('../packages/protocol/', import.meta.url);
  if (!existsSync(new URL('errors.ts', protocol))) return undefined;
  const { errorTable, exitCodes } = (await import(new URL('errors.ts', protocol).href)) as ProtocolErrors;
  const { openApi } = (await import(new URL('http/openapi.ts', protocol).href)) as ProtocolPage;
  const { errorCauses } = (await import(new URL('error-causes.ts', protocol).href)) as ProtocolCauses;
  const { checkNames } = (await import(new URL('doctor.ts', protocol).href)) as ProtocolChecks;
  const why = { causes: errorCauses, checkNames };
  return {
    table: errorTable,
    ...why,
    exitCodes,
    openApiCodes: openApi('').components.schemas.Problem.properties.code.enum,
  };
}

/** Every link that programs show to people: of each gateway status, each error and each check of the doctor. */
async function loadHelp(): Promise<readonly string[]> {
  const errors = await loadErrors();
  if (errors === undefined) return [];
  const help = (await import(new URL('../packages/protocol/help-links.ts', import.meta.url).href)) as ProtocolHelp;
  return [
    ...Object.values(help.healthHelp),
    help.journalHelp,
    ...Object.values(help.gatewayHelp),
    help.spreadHelp,
    ...Object.values(help.strategyHelp),
    ...Object.keys(errors.table).map(help.helpOfError),
    ...errors.checkNames.map(help.helpOfCheck),
  ];
}

export const checks: readonly Check[] = [
  importDirections,
  noCycles,
  pureIsPure,
  openingParagraphs,
  fileNames,
  bannedWords,
  dependenciesAreDeclared,
  lockfileIsNeutral,
  errorTableAgrees(loadErrors),
  linksResolve,
  helpIsThere(loadHelp),
  claimsAreTrue,
  conformance,
  noMachineTraces,
  plantedBugsFit,
];
