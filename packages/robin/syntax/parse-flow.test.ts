import { describe, expect, test } from 'vitest';
import { BLOCK_DEPTH_MAX, EXPRESSION_DEPTH_MAX, FLOW_TEXT_CHARS_MAX } from './limits.ts';
import type { Statement } from './nodes.ts';
import { parseFlow, printLossless } from './parse-flow.ts';

const codes = (text: string, mode: 'strict' | 'lenient'): string[] =>
  parseFlow(text, { mode }).diagnostics.map(({ severity, code, line }) => `${severity} ${code} ${line}`);

const refused = (text: string): boolean =>
  parseFlow(text, { mode: 'strict' }).diagnostics.some(({ severity }) => severity === 'error');

const statements = (text: string): readonly Statement[] => parseFlow(text, { mode: 'strict' }).flow.main.body;
const kinds = (text: string): string =>
  statements(text)
    .map(({ kind }) => kind)
    .join(' ');

describe('what the designer accepts', () => {
  test.each([
    ['any line end', 'SET A TO 1\rSET B TO 2\r\nSET C TO 3\n'],
    ['any case', 'set a to 1\nif A = 1 then\nclipboard.settext text: a\nend'],
    ['blanks around a colon', "A.B Text : 'x' Other:'y' Out =>z Two=>q"],
    ['a text over lines that look like statements', "SET A TO $'''IF\nEND\n# no\n'''"],
    ['escaped apostrophes', "SET A TO $'''Joe\\'s \\'\\''''"],
    ['a doubled backslash before the end', "SET A TO $'''C:\\Temp\\\\'''"],
    ['a doubled backslash before a variable', "SET A TO $'''C:\\\\%A%'''"],
    ['texts with an expression of nothing', "SET A TO $'''%''%%' '%'''"],
    ['a percent sign inside an expression', "SET A TO $'''100%'%'% done'''"],
    ['a doubled percent sign', "SET A TO $'''100%% done'''"],
    ['variables side by side', "SET A TO $'''%A%%B%%% done'''"],
    ['quotes inside an expression', "SET A TO $'''%Row['Name']% \\\"x\\\"'''"],
    ['comments behind statements', "SET A TO 1 # 100% Joe's"],
    ['block comments over lines', '/# one\nIF two #/\nSET A TO 1'],
    ['all kinds of literals', "SET A TO [1, -2.5, 1E3, true, 'a', $'''b''', [], { }, {{ }}, {'k': {'o': []}}]"],
    ['tables', "SET A TO {^['H', 'I'], [1, 2] }\nSET B TO {L1, L2 }\nSET C TO {['a', 1] }\nSET D TO {^['H']}"],
    ['Unicode names', 'SET Café TO 1\nSET 変数 TO Café\nSET _x TO 1'],
    ['nested conditions', 'IF (A = 1 AND B = 2) OR NOT(C = 3) THEN\nEND'],
    ['parts in parentheses', "LOOP WHILE (S) <> ($'''done''')\nEND"],
    ['an action as a condition', "IF (File.IfFile.Exists File: $'''x''') THEN\nON ERROR\n\nEND\nELSE\nEND"],
    [
      'a conditional wait',
      "WAIT (System.WaitForProcess.ProcessToStop ProcessName: $'''x''') FOR 10\nON ERROR TimeoutError\nEND",
    ],
    ['regions that do not nest', '**REGION one\nIF A THEN\n**ENDREGION\nEND\n**ENDREGION'],
    ['counting loops', 'LOOP i FROM 0 TO L.Count - 1 STEP 1\nEND\nLOOP FROM 1 TO 3\nEND'],
    ['quoted names', "LABEL 'The end'\nGOTO 'The end'\nCALL 'My sub'\nBLOCK 'Fetch orders'\nEND"],
    ['dynamic arguments', "External.RunFlow FlowId: 'g' @Input_X: 1 @'$filter': 'f' @Output=> y"],
    ['the last error', 'ERROR => E\nERROR => F Reset: True'],
    ['endings', "EXIT LOOP\nNEXT LOOP\nEXIT FUNCTION\nEXIT\nEXIT Code: 1 ErrorMessage: $'''x'''"],
    ['a card with its own placeholders', `Display.ShowCustomDialog CardTemplateJson: '''{"t":"\${x}", "p": "100%"}'''`],
    ['an encrypted password', "A.B Password: P'AbC='"],
    ['Power Fx', "SET A TO $fx'=Int(a + \"b\")'\nSET B TO $fx'two\nlines'"],
    ['a disabled block whose inside is enabled', 'DISABLE IF A = 1 THEN\nSET B TO 1\nDISABLE END'],
    ['a handler of a disabled action', 'DISABLE A.B C: 1\nON ERROR\nEND\nDISABLE END'],
    ['elements without a store', "UIAutomation.PressButton Button: appmask['Screen']['Button \\'OK\\'']"],
  ])('%s', (_, text) => expect(codes(text, 'strict')).toEqual([]));
});

describe('what the designer refuses, and the lenient reader mends', () => {
  test.each([
    ['percent-outside-text', 'SET M TO %N + 1%'],
    ['percent-outside-text', 'IF %N% = 5 THEN\nEND'],
    ['bare-apostrophe', "SET A TO $'''Joe's report'''"],
    ['bare-apostrophe', "SET A TO $'''He said 'hi''''"],
    ['lone-percent', "SET A TO $'''100% done'''"],
    ['percent-in-text', "SET A TO $'''50% of 100%'''"],
    ['backslash-before-quotes', "SET A TO $'''C:\\Temp\\'''"],
    ['backslash-before-percent', "SET A TO $'''C:\\%A%'''"],
    ['slash-comment', '// why\nSET A TO 1'],
    ['reserved-word', 'SET X TO Mail.From'],
    ['reserved-word', 'SET Error TO 1'],
    ['action-in-else-if', 'IF A = 1 THEN\nELSE IF (File.IfFile.Exists File: F) THEN\nEND'],
    ['foreign-region', 'REGION Setup\nEND REGION'],
    ['foreign-end', 'IF A = 1 THEN\nEND IF'],
    ['repeat-on-block', 'BLOCK B\nON BLOCK ERROR REPEAT 2 TIMES WAIT 2\nEND\nEND'],
    ['unmatched-end', 'SET A TO 1\nEND'],
    ['double-quoted-text', 'SET A TO "text"'],
  ])('%s: %s', (code, text) => {
    expect(codes(text, 'strict').map((one) => one.replace(/ \d+$/, ''))).toContain(`error ${code}`);
    const mended = codes(text, 'lenient');
    expect(mended.filter((one) => one.startsWith('error'))).toEqual([]);
    expect(mended.map((one) => one.replace(/ \d+$/, ''))).toContain(`warning ${code}`);
  });

  test('a lone percent sign behind a backslash is lost, as in the designer', () => {
    const { flow, diagnostics } = parseFlow("SET A TO $'''a\\%b c'''", { mode: 'strict' });
    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'escaped-percent' }]);
    expect(flow.main.body[0]).toMatchObject({ value: { value: 'ab c' } });
  });

  test('a mended text keeps what was meant', () => {
    const mended = parseFlow("SET A TO $'''Joe's 50% of C:\\Temp\\'''").flow.main.body[0];
    expect(mended).toMatchObject({ value: { kind: 'text', value: "Joe's 50% of C:\\Temp\\" } });
  });
});

describe('what no reader understands', () => {
  test.each([
    ['SET A TO 1 SET B TO 2', 'unexpected-text'],
    ['SET 1abc TO 1', 'expected-variable'],
    ['SET A TO', 'expected-expression'],
    ['what is this', 'unknown-statement'],
    ['IF A = 1\nEND', 'expected-keyword'],
    ['ELSE', 'unexpected-else'],
    ['CASE = 1', 'unexpected-case'],
    ['IF A THEN', 'missing-end'],
    ["SWITCH S\nCASE Contains $'''b'''\nEND", 'unexpected-text'],
    ["A.B Text: 'x", 'unclosed-text'],
    ['/# never', 'unclosed-comment'],
    ['ON ERROR\nEND', 'handler-without-owner'],
    ['A.B C: 1\nON ERROR GOTO Fallback\nEND\nLABEL Fallback', 'expected-argument'],
    ['FUNCTION A GLOBAL', 'missing-end-function'],
  ])('%s', (text, code) => {
    for (const mode of ['strict', 'lenient'] as const) {
      expect(codes(text, mode).map((one) => one.replace(/ \d+$/, ''))).toContain(`error ${code}`);
    }
  });

  test('the other rows are read all the same, and blocks stay balanced', () => {
    expect(kinds('IF A = THEN\nSET B TO 1\nELSE\nEND\nSET C TO 1')).toBe('if set');
    expect(codes('IF A = THEN\nSET B TO 1\nELSE\nEND\nSET C TO 1', 'lenient')).toEqual(['error expected-expression 1']);
  });

  test('a finding tells line and column', () => {
    const [finding] = parseFlow("SET A TO 1\n  SET B TO $'''two\nlines''' SET").diagnostics;
    expect(finding).toMatchObject({ line: 3, column: 10, code: 'unexpected-text' });
  });
});

describe('containers', () => {
  const definition = `@@ConnectionString: ''
@@Type: 'Local'
IMPORT 'controlRepo.appmask' AS appmask
@SENSITIVE: [Password, Token]
@INPUT Name : { 'Description': '', 'Type': 'String' }
@OUTPUT Done : { 'Type': 'Bool' }
CALL Sub
FUNCTION Sub GLOBAL
    SET Done TO True
END FUNCTION
`;

  test('a full definition has header, main body and functions', () => {
    const { flow, diagnostics } = parseFlow(definition, { mode: 'strict' });
    expect(diagnostics).toEqual([]);
    expect(flow.container).toBe('definition');
    expect(flow.header).toMatchObject({
      inputs: [{ name: 'Name' }],
      outputs: [{ name: 'Done' }],
      sensitive: ['Password', 'Token'],
      imports: [{ path: 'controlRepo.appmask', name: 'appmask' }],
    });
    expect(flow.subflows.map(({ name }) => name)).toEqual(['Main', 'Sub']);
  });

  test('a copied subflow is its own beginning', () => {
    const { flow } = parseFlow('FUNCTION Main_copy GLOBAL\nSET A TO 1\nEND FUNCTION\n');
    expect([flow.container, flow.main.name]).toEqual(['subflows', 'Main_copy']);
  });

  test('copied actions may carry their UI elements', () => {
    const trailer = '# [ControlRepository][PowerAutomateDesktop]\n\n{ "ControlRepositorySymbols": [] }';
    const { flow, diagnostics } = parseFlow(`SET A TO 1\n${trailer}\n`, { mode: 'strict' });
    expect(diagnostics).toEqual([]);
    expect([flow.container, flow.trailer?.json]).toEqual(['actions', { ControlRepositorySymbols: [] }]);
  });

  test('rows are counted as the designer counts them', () => {
    const [, block, , set] = statements(
      '# note\nBLOCK B\nON BLOCK ERROR\nSET F TO 1\nEND\nA.B C: 1\nEND\nLABEL L\nSET A TO 1',
    );
    expect([block?.actionIndex, set?.actionIndex]).toEqual([2, 6]);
  });
});

/** Texts of a million characters take seconds on a machine that does much else. */
const LONG_TEXT_TIMEOUT_MS = 60_000;

describe('bounds', { timeout: LONG_TEXT_TIMEOUT_MS }, () => {
  test('a text that is too long is not read, and is given back', () => {
    const text = 'x'.repeat(FLOW_TEXT_CHARS_MAX + 1);
    const { flow, diagnostics } = parseFlow(text);
    expect(diagnostics).toMatchObject([
      { code: 'flow-too-large', message: expect.stringContaining('5000000') as string },
    ]);
    expect(printLossless(flow) === text).toBe(true);
  });

  test('blocks nest only so deep, and a hundred thousand of them do no harm', () => {
    expect(refused(`${'IF A THEN\n'.repeat(BLOCK_DEPTH_MAX)}${'END\n'.repeat(BLOCK_DEPTH_MAX)}`)).toBe(false);
    const text = `${'IF A THEN\n'.repeat(100_000)}${'END\n'.repeat(100_000)}`;
    const { flow, diagnostics } = parseFlow(text);
    expect(diagnostics).toMatchObject([
      { code: 'nesting-too-deep', message: expect.stringContaining('200') as string },
    ]);
    expect(printLossless(flow) === text).toBe(true);
  });

  test.each([
    ['brackets', (n: number) => `SET A TO ${'('.repeat(n)}1${')'.repeat(n)}`],
    ['lists', (n: number) => `SET A TO ${'['.repeat(n)}${']'.repeat(n)}`],
    ['a chain of operators', (n: number) => `SET A TO 1${' + 1'.repeat(n)}`],
    ['a chain of indexes', (n: number) => `SET A TO L${'[0]'.repeat(n)}`],
    ['minus signs', (n: number) => `SET A TO ${'-'.repeat(n)}1`],
  ])('expressions of %s nest only so deep', (_, text) => {
    expect(refused(text(EXPRESSION_DEPTH_MAX / 2))).toBe(false);
    expect(codes(text(100_000), 'lenient')).toEqual(['error expression-too-deep 1']);
  });

  test.each([
    ['percent signs', '%'],
    ['quotes and percent signs', "%'"],
    ['backslashes', "\\'"],
    ['apostrophes', "''"],
    ['openers', "$'''%x"],
    ['ends', 'END\n'],
    ['comment openers', '/#'],
  ])('a million characters of %s are read in linear time', (_, piece) => {
    const text = `SET A TO $'''${piece.repeat(1_000_000 / piece.length)}`;
    expect(printLossless(parseFlow(text).flow) === text).toBe(true);
  });
});
