import { isDocument, type Check, type Finding, type Repository } from '../repository.ts';

/** One row of the error table of packages/protocol. */
export interface ErrorRow {
  readonly status: number;
  readonly exit: number;
  readonly message: string;
  readonly remedy: string;
}
/** Why the error comes about, and which check of the doctor looks at that. */
export interface ErrorWhy {
  readonly cause: string;
  readonly check?: string;
}
export type ErrorTable = Readonly<Record<string, ErrorRow>>;

/** What packages/protocol says about errors, in the three places it says it. */
export interface ErrorFacts {
  readonly table: ErrorTable;
  readonly causes: Readonly<Record<string, ErrorWhy>>;
  readonly checkNames: readonly string[];
  readonly exitCodes: Readonly<Record<number, string>>;
  /** The codes that the OpenAPI page lists. */
  readonly openApiCodes: readonly string[];
}

export const errorPage = 'docs/errors.md';

/** The page that is generated from the table, by `npm run tidy -- --write`. */
export function errorPageOf({ table, causes, exitCodes }: ErrorFacts): string {
  const rows = Object.entries(table).map(([code, { status, exit, message, remedy }]) => {
    const { cause = '', check } = causes[code] ?? {};
    const looked = check ? `[${check}](gateway/troubleshoot.md#check-${check})` : '';
    const anchor = `<a id="${code.toLowerCase()}"></a>`;
    return `| ${anchor}\`${code}\` | ${status} | ${exit} | ${message} | ${cause} | ${looked} | ${remedy} |`;
  });
  return [
    '# Errors',
    '',
    'Every error has a stable code. The table is written by `npm run tidy -- --write` from `packages/protocol/errors.ts` and',
    '`packages/protocol/error-causes.ts`. Where a machine can be behind an error, the table names the check of `deskhand doctor`',
    'that looks at it.',
    '',
    '| Code | HTTP status | Exit code | What it says | Why | Check | What to do |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    '',
    '## Exit codes',
    '',
    '| Exit code | Means |',
    '|---|---|',
    ...Object.entries(exitCodes).map(([code, meaning]) => `| ${code} | ${meaning} |`),
    '',
  ].join('\n');
}

export const errorTableAgrees = (load: () => Promise<ErrorFacts | undefined>): Check => ({
  name: 'the error table, the OpenAPI page and the documents agree',
  find: async (repository) => {
    const facts = await load();
    if (facts === undefined) return [];
    const { table } = facts;
    return [
      ...badRows(facts),
      ...openApiGaps(facts),
      ...stalePage(repository, facts),
      ...unknownCodes(repository, table),
    ];
  },
});

const path = 'packages/protocol/errors.ts';

function badRows({ table, causes, checkNames, exitCodes }: ErrorFacts): readonly Finding[] {
  return Object.entries(table).flatMap(([code, { status, exit, message, remedy }]) => {
    const wrong: string[] = [];
    if (status < 400 || status > 599) wrong.push(`has the status ${status}, which is no error`);
    if (exit === 0 || !(exit in exitCodes)) wrong.push(`has the exit code ${exit}, which means nothing`);
    if (message.trim() === '' || remedy.trim() === '') wrong.push('lacks its message or its remedy');
    const { cause = '', check } = causes[code] ?? {};
    if (cause.trim() === '') wrong.push('lacks its cause');
    if (check !== undefined && !checkNames.includes(check))
      wrong.push(`names the check ${check}, which does not exist`);
    return wrong.map((what) => ({ path, what: `${code} ${what}` }));
  });
}

function openApiGaps({ table, openApiCodes }: ErrorFacts): readonly Finding[] {
  const listed = new Set(openApiCodes);
  const missing = Object.keys(table).filter((code) => !listed.has(code));
  const surplus = openApiCodes.filter((code) => !(code in table));
  return [
    ...missing.map((code) => ({ path, what: `${code} is missing from the OpenAPI page` })),
    ...surplus.map((code) => ({ path, what: `the OpenAPI page lists ${code}, which does not exist` })),
  ];
}

function stalePage(repository: Repository, facts: ErrorFacts): readonly Finding[] {
  const text = repository.paths.includes(errorPage) ? repository.text(errorPage) : '';
  return text === errorPageOf(facts) ? [] : [{ path: errorPage, what: 'is out of date; run npm run tidy -- --write' }];
}

/** A document that says `code: x` or links to errors.md#x means an error that exists. */
function unknownCodes(repository: Repository, table: ErrorTable): readonly Finding[] {
  return repository.paths.filter(isDocument).flatMap((path) =>
    repository
      .text(path)
      .split('\n')
      .flatMap((text, index) =>
        [...text.matchAll(/(?:^|\s)code: ([A-Za-z][\w-]+)|errors\.md#([\w-]+)/g)]
          .map((match) => match[1] ?? match[2] ?? '')
          .filter((code) => !(code in table) && !Object.keys(table).some((known) => known.toLowerCase() === code))
          .map((code) => ({ path, line: index + 1, what: `names the error ${code}, which does not exist` })),
      ),
  );
}
