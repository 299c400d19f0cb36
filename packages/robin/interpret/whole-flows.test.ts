import { expect, test } from 'vitest';
import { compileFlow } from './compile-flow.ts';
import { datatableOf } from './constructors.ts';
import { createTestWorld } from './test-world.ts';
import { parseFlow } from '../syntax/parse-flow.ts';
import { elementsOf } from './ui-elements.ts';
import { toText } from './print-value.ts';

/** Flows as people have them: several features together, in all three containers. */

test('a definition that totals orders, skips bad ones, and tells what went wrong', async () => {
  const flow = `@@ConnectionString: ''
@@Type: 'Local'
IMPORT 'controlRepo.appmask' AS appmask
@SENSITIVE: [Token]
@INPUT Orders : { 'Description': 'rows', 'FriendlyName': 'Orders', 'Type': 'DataTable' }
@INPUT Token : { 'Type': 'String', 'IsOptional': False, 'DefaultValue': 'abc-token' }
@OUTPUT Total : { 'Type': 'Numeric' }
@OUTPUT Problems : { 'Type': 'List' }
CALL Init
# every row on its own
**REGION rows
LOOP FOREACH Order IN Orders
    BLOCK 'One order'
    ON BLOCK ERROR 'Refused' IsUserDefinedErrorCode: True
        SET Reason TO $'''refused'''
        GOTO 'Next order'
    ON BLOCK ERROR all
        CALL Remember
    END
        IF IsEmpty(Order['Customer']) THEN
            FlowControl.ThrowCustomError CustomErrorCode: $'''Refused''' CustomErrorMessage: $'''no customer'''
        END
        CALL Price Amount: Order['Amount'] Net=> Net
        Variables.IncreaseVariable Value: Total IncrementValue: Net
    END
    LABEL 'Next order'
END
**ENDREGION
Test.Log Text: $'''%Problems.Count% problems with %Token%'''
FUNCTION Init GLOBAL
    SET Total TO 0
    SET Problems TO []
    SET Reason TO $''''''
END FUNCTION
FUNCTION Remember GLOBAL
    ERROR => LastError Reset: True
    SET Problems TO Problems + $'''%Order[0]%: %LastError.Message%'''
END FUNCTION
FUNCTION Price
    SET Factor TO 2
    SET Net TO Amount * Factor
    SET GLOBAL.Reason TO $'''priced'''
END FUNCTION
`;
  const world = createTestWorld();
  const orders = datatableOf(
    ['Customer', 'Amount'],
    [
      ['A', 10],
      ['', 5],
      ['B', 'many'],
      ['C', '2.5'],
    ],
  );
  const outcome = await world.run(flow, { inputs: { Orders: orders } });
  expect(outcome).toEqual({
    state: 'succeeded',
    outputs: { Total: 25, Problems: { kind: 'list', items: ["B: Text 'many' cannot be used as a number."] } },
  });
  expect(world.logged).toEqual(['info: 1 problems with ••••••']);
});

test('copied actions that try again until it works, and give up in the end', async () => {
  const world = createTestWorld();
  const outcome = await world.run(`SET Attempt TO 0
LABEL Again
SET Attempt TO Attempt + 1
Test.Fail Code: $'''Offline''' Times: 3 Result=> Answer
    ON ERROR Offline
        GOTO Failed
    END
Test.Say Text: $'''%Answer% (attempt %Attempt%)'''
EXIT Code: 0
LABEL Failed
IF Attempt < 5 THEN
    WAIT Attempt * 2
    GOTO Again
END
EXIT Code: 2 ErrorMessage: $'''still offline'''
`);
  expect(outcome.state).toBe('succeeded');
  expect(world.said).toEqual(['after 3 (attempt 4)']);
  expect(world.waitedMs).toEqual([2000, 4000, 6000]);
});

test('a copied subflow with a switch in a counting loop', async () => {
  const world = createTestWorld();
  await world.run(`FUNCTION Main_copy GLOBAL
    LOOP LoopIndex FROM 1 TO 15 STEP 1
        SWITCH LoopIndex mod 15
            CASE = 0
                SET Word TO $'''both'''
            CASE > 12
                SET Word TO $'''late'''
            DEFAULT
                NEXT LOOP
        END
        Test.Say Text: $'''%LoopIndex% %Word%'''
    END
END FUNCTION
`);
  expect(world.said).toEqual(['13 late', '14 late', '15 both']);
});

test('elements and images come from behind the actions', () => {
  const screens = {
    Screens: [{ Name: "Page 'A'", Controls: [{ Name: 'Send', Selectors: [{ CustomSelector: 'form > a' }] }] }],
  };
  const images = { Images: [{ Name: 'Logo', Screenshot: 'AQID' }] };
  const trailer = {
    ControlRepositorySymbols: [{ Name: 'appmask', Repository: JSON.stringify(screens) }],
    ImageRepositorySymbol: { Name: 'imgrepo', Repository: JSON.stringify(images) },
  };
  const { flow } = parseFlow(`SET A TO 1\n# [ControlRepository][PowerAutomateDesktop]\n\n${JSON.stringify(trailer)}`);
  const store = elementsOf(flow);
  expect(toText(store.element("Page 'A'", 'Send').properties['Selectors']?.() ?? '')).toBe(
    '{"CustomSelector":"form > a"}',
  );
  expect(store.image('Logo').properties['Content']?.()).toEqual({ kind: 'binary', bytes: new Uint8Array([1, 2, 3]) });
  expect(toText(store.element('Other', 'Send').properties['Selectors']?.() ?? '')).toBe('');
});

test('an element reaches an action by its names', async () => {
  const world = createTestWorld();
  await world.run("SET E TO appmask['Page']['Send']\nTest.Say Text: $'''%E.Screen%/%E.Name%'''");
  expect(world.said).toEqual(['Page/Send']);
});

test('a program is compiled once and knows its variables by their first spelling', () => {
  const { flow } = parseFlow('SET MyVar TO 1\nSET myvar TO 2\nSET Other TO MYVAR');
  expect(compileFlow(flow, [], new Set()).globals.names).toEqual(['MyVar', 'Other']);
});
