import ts from 'typescript';
import { type Check, type Finding, type Repository, visit } from '../repository.ts';

const page = 'docs/conformance.md';
const FIRST_ROW = 1;
const LAST_ROW = 67;

/** `cloud-flow issue` is for the triggers alone: they come with cloud flows. */
const states = ['met', 'partly', 'not yet', 'cloud-flow issue'] as const;
const triggerRows = ['S02', 'S03', 'S04', 'S05'];
const ways = ['real', 'rehearsal', 'model'] as const;

/** Only these files start the real programs or sign accounts in. */
const isRealTest = (path: string): boolean =>
  /\.(e2e|session|up|alone)\.test\.ts$/.test(path) || path.endsWith('session-host.contract.ts');

interface Row {
  readonly id: string;
  readonly rule: string;
  readonly proofs: readonly Proof[];
  /** Proofs that are written in a way that is not understood. */
  readonly garbled: number;
  readonly state: string;
  readonly missing: string;
  readonly line: number;
}
/** One test that a row names. */
interface Proof {
  readonly way: string;
  readonly file: string;
  readonly title: string;
}

/** The rules of the founding document, each with a test that exists: a work list first, and true on every day. */
export const conformance: Check = {
  name: 'docs/conformance.md has every row S01 to S67, and the tests it names exist',
  find: (repository) => {
    if (!repository.paths.includes(page)) return [{ path: page, what: 'does not exist' }];
    const text = repository.text(page);
    const files = filesOf(text);
    const rows = rowsOf(text);
    const titles = new Map<string, ReadonlySet<string>>();
    const titlesOf = (path: string): ReadonlySet<string> => {
      const known = titles.get(path) ?? testTitles(repository, path);
      titles.set(path, known);
      return known;
    };
    return [
      ...wrongRows(rows),
      ...rows.flatMap((row) => [
        ...wrongState(row),
        ...row.proofs.flatMap((proof) => wrongProof(repository, row, proof, files, titlesOf)),
      ]),
      ...[...files]
        .filter(([name]) => !text.includes(`[${name}] `))
        .map(([name]) => ({
          path: page,
          what: `names the file [${name}] that no row uses`,
        })),
    ];
  },
};

/** `[name]: ../path` below the table. */
function filesOf(text: string): ReadonlyMap<string, string> {
  const found = [...text.matchAll(/^\[([^\]]+)\]: \.\.\/(\S+)$/gm)];
  return new Map(found.map(([, name = '', path = '']) => [name, path]));
}

function rowsOf(text: string): readonly Row[] {
  return text.split('\n').flatMap((line, index) => {
    if (!/^\| S\d/.test(line)) return [];
    const [id = '', rule = '', proofText = '', state = '', missing = ''] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    const written = proofText.split('<br>').filter((one) => one !== '–');
    const proofs = written.flatMap((one) => proofOf(one) ?? []);
    const garbled = written.length - proofs.length;
    return [{ id, rule, proofs, garbled, state, missing, line: index + 1 }];
  });
}

function proofOf(written: string): Proof | undefined {
  const found = /^(\S+) \[([^\]]+)\] “([^”]+)”$/.exec(written);
  return found ? { way: found[1] ?? '', file: found[2] ?? '', title: found[3] ?? '' } : undefined;
}

function wrongRows(rows: readonly Row[]): readonly Finding[] {
  const wanted = Array.from(
    { length: LAST_ROW - FIRST_ROW + 1 },
    (_, index) => `S${String(FIRST_ROW + index).padStart(2, '0')}`,
  );
  const ids = rows.map(({ id }) => id);
  const lines = new Map(rows.map(({ id, line }) => [id, line]));
  return [
    ...wanted.filter((id) => !ids.includes(id)).map((id) => ({ path: page, what: `has no row ${id}` })),
    ...[...lines]
      .filter(([id]) => !wanted.includes(id) || ids.filter((one) => one === id).length > 1)
      .map(([id, line]) => ({ path: page, line, what: `has a row ${id} that is unknown or there twice` })),
  ];
}

function wrongState({ id, rule, proofs, garbled, state, missing, line }: Row): readonly Finding[] {
  const say = (what: string): readonly Finding[] => [{ path: page, line, what: `${id} ${what}` }];
  if (rule === '') return say('has no rule');
  if (!states.includes(state as (typeof states)[number])) return say(`has the unknown state "${state}"`);
  if (triggerRows.includes(id) !== (state === 'cloud-flow issue'))
    return say('is left to the cloud-flow issue, which is for S02 to S05');
  if (garbled > 0) return say('names a test in a way that is not understood: write real [file] “title”');
  if ((state === 'met' || state === 'partly') && proofs.length === 0) return say(`is ${state} and names no test`);
  if (state === 'met' && missing !== '') return say('is met and says what is missing');
  return state !== 'met' && missing === '' ? say(`is ${state} and does not say what is missing`) : [];
}

function wrongProof(
  repository: Repository,
  { id, line }: Row,
  { way, file, title }: Proof,
  files: ReadonlyMap<string, string>,
  titlesOf: (path: string) => ReadonlySet<string>,
): readonly Finding[] {
  const say = (what: string): readonly Finding[] => [{ path: page, line, what: `${id} ${what}` }];
  const path = files.get(file);
  if (!ways.includes(way as (typeof ways)[number]))
    return say(`is proven "${way}", which is none of ${ways.join(', ')}`);
  if (path === undefined) return say(`names [${file}], whose path is not given below the table`);
  if (!repository.paths.includes(path)) return say(`names ${path}, which does not exist`);
  if (isRealTest(path) !== (way !== 'model')) return say(`says ${way} of ${path}, which its name does not`);
  return titlesOf(path).has(title) ? [] : say(`names the test “${title}”, which ${path} does not have`);
}

/** Titles as they are written in the file; a test that is skipped proves nothing. */
function testTitles(repository: Repository, path: string): ReadonlySet<string> {
  const titles = new Set<string>();
  visit(repository.tree(path), (node) => {
    if (!ts.isCallExpression(node) || !isTestCall(node.expression)) return;
    const [title] = node.arguments;
    if (title !== undefined && ts.isStringLiteralLike(title)) titles.add(title.text);
  });
  return titles;
}

/** `test`, `test.each(…)`, `test.concurrent`, and so on; never `test.skip` or `test.todo`. */
function isTestCall(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return callee.text === 'test';
  if (ts.isCallExpression(callee)) return isTestCall(callee.expression);
  return (
    ts.isPropertyAccessExpression(callee) &&
    !['skip', 'todo', 'fails'].includes(callee.name.text) &&
    isTestCall(callee.expression)
  );
}
