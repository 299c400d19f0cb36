import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { claimsAreTrue } from './checks/claims.ts';
import { conformance } from './checks/conformance.ts';
import { noCycles } from './checks/cycles.ts';
import { dependenciesAreDeclared, lockfileIsNeutral } from './checks/dependencies.ts';
import { type ErrorFacts, errorTableAgrees } from './checks/error-table.ts';
import { fileNames } from './checks/file-names.ts';
import { importDirections } from './checks/import-directions.ts';
import { linksResolve } from './checks/links.ts';
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
  return { table: errorTable, exitCodes, openApiCodes: openApi('').components.schemas.Problem.properties.code.enum };
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
  claimsAreTrue,
  conformance,
  noMachineTraces,
  plantedBugsFit,
];
