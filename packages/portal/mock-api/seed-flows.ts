import type { DesktopFlow, FlowParameter } from '@deskhand/protocol/http/flows.ts';

export interface StoredFlow {
  flow: DesktopFlow;
  scripts: { version: number; savedAt: string; savedBy: string; script: string }[];
}

const HOUR = 3_600_000;
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

const invoices = `# Reads the invoices of a month and writes one line for each.
@INPUT Month : { 'Type': 'Text', 'DefaultValue': '2026-11', 'Description': 'Year and month' }
@OUTPUT Count : { 'Type': 'Number' }
SET Folder TO $'''/srv/invoices/%Month%'''
Folder.GetFiles Folder: Folder FileFilter: $'''*.csv''' Files=> Files
SET Count TO 0
**REGION Read every file
LOOP FOREACH File IN Files
    File.ReadTextFromFile.ReadText File: File Encoding: File.TextFileEncoding.UTF8 Content=> Content
    IF Content.Length > 0 THEN
        CALL WriteLine
        Variables.IncreaseVariable Value: Count IncrementValue: 1
    ELSE
        Logging.LogMessage Message: $'''Empty file %File.Name%''' LogLevel: Logging.LogLevel.Warning
    END
END
**ENDREGION
FUNCTION WriteLine GLOBAL
    /* One line for each invoice */
    File.WriteText File: $'''/srv/out/%Month%.txt''' TextToWrite: Content AppendNewLine: True IfFileExists: File.IfFileExists.Append
END FUNCTION
FUNCTION Close GLOBAL
    WAIT 2
    EXIT Code: 0
END FUNCTION
`;

const small = (name: string) => `# ${name}
SET Done TO False
Logging.LogMessage Message: $'''${name} begins''' LogLevel: Logging.LogLevel.Information
LOOP Index FROM 1 TO 10 STEP 1
    WAIT 1
END
SET Done TO True
`;

const parameter = (name: string, type: string, change: Partial<FlowParameter> = {}): FlowParameter => ({
  name,
  friendlyName: name,
  description: '',
  type,
  sensitive: false,
  optional: false,
  default: null,
  ...change,
});

type Results = DesktopFlow['lastResults'];
const good: Results = ['succeeded', 'succeeded', 'succeeded', 'succeeded', 'succeeded', 'succeeded', 'succeeded'];

/** A flow named `fail-…` is refused by the simulated server wherever it is submitted. */
export function seedFlows(): StoredFlow[] {
  return [
    stored('flow-invoices', 'Invoices', 'Reads the invoices of a month and writes one line for each', invoices, {
      version: 7,
      inputs: [
        parameter('Month', 'Text', { default: '2026-11', description: 'Year and month' }),
        parameter('DryRun', 'Boolean', { default: false, optional: true, friendlyName: 'Dry run' }),
        parameter('LedgerPin', 'Text', { sensitive: true, optional: true, friendlyName: 'Ledger PIN' }),
      ],
      outputs: [parameter('Count', 'Number')],
      lastResults: [
        'failed',
        'succeeded',
        'succeeded',
        'failed',
        'succeeded',
        'succeeded',
        'succeeded',
        'cancelled',
        'succeeded',
        'succeeded',
      ],
    }),
    stored('flow-payroll', 'Payroll', 'Month end, needs the ledger open', small('Payroll'), {
      version: 3,
      inputs: [parameter('Amounts', 'List', { description: 'One number for each person', default: [] })],
      lastResults: [...good, 'timedOut'],
    }),
    stored('flow-stock', 'Stock sync', 'Compares the shelf with the list', small('Stock sync'), {
      version: 2,
      lastResults: ['uncertain', ...good],
    }),
    stored('flow-refunds', 'Refunds', '', small('Refunds'), { version: 1, lastResults: good }),
    stored(
      'flow-broken',
      'Quarter report',
      'Not yet finished',
      'SET Total TO\nExcel.LaunchExcel.LaunchAndOpen Path: x\n',
      {
        version: 4,
        problems: 2,
      },
    ),
    stored('flow-fail', 'fail-submit', 'Is always refused', small('fail-submit'), { version: 1 }),
    stored(
      'flow-long',
      'A desktop flow with a very long name that somebody once wrote into the field to see what the page would do with it',
      'The page cuts it and shows it whole in the tooltip, wherever it stands',
      small('Long'),
      { version: 12, lastResults: ['succeeded'] },
    ),
  ];
}

function stored(
  id: string,
  name: string,
  description: string,
  script: string,
  change: Partial<DesktopFlow>,
): StoredFlow {
  const version = change.version ?? 1;
  const flow: DesktopFlow = {
    id,
    name,
    description,
    owner: { id: 'acc-alice', name: 'Alice' },
    coOwners: [],
    users: [],
    version,
    inputs: [],
    outputs: [],
    createdAt: ago(900 * HOUR),
    updatedAt: ago(20 * HOUR),
    lastResults: [],
    lastRunAt: change.lastResults ? ago(HOUR) : null,
    problems: 0,
    ...change,
  };
  const scripts = Array.from({ length: version }, (_version, index) => ({
    version: version - index,
    savedAt: ago((20 + index * 30) * HOUR),
    savedBy: index % 2 === 0 ? 'Alice' : 'Bob',
    script,
  }));
  return { flow, scripts };
}

export const helloDesktop = (): StoredFlow =>
  stored('flow-hello', 'Hello desktop', 'The ready example', small('Hello desktop'), { version: 1 });
