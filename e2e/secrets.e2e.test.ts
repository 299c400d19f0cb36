import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inputSealContext, seal } from '@deskhand/protocol/seal.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeMarks } from './stack/marked-flow.ts';
import { makeConnection, makePerson, type Person } from './stack/people.ts';
import { makeFlow, submit, whenEnded } from './stack/runs.ts';
import { adminPassword, type Stack, startStack } from './stack/stack.ts';

const isRoot = process.getuid?.() === 0;
const secretInput = 'canary-of-a-sensitive-input-8841';

const secretFlow = `@SENSITIVE: [Pin]
@INPUT Marks : { 'Description': '', 'FriendlyName': 'Marks', 'Type': 'String' }
@INPUT Pin : { 'Description': '', 'FriendlyName': 'Pin', 'Type': 'String', 'IsSensitive': True }
@OUTPUT Said : { 'Description': '', 'FriendlyName': 'Said', 'Type': 'String' }
Logging.LogMessage Message: $'''The pin is %Pin%.''' LogLevel: Logging.LogLevel.InfoLevel
SET Said TO $'''I know %Pin%'''
Scripting.RunDOSCommand.RunDOSCommand DOSCommandOrApplication: $'''echo started >> %Marks%/starts''' StandardOutput=> Out StandardError=> Err ExitCode=> Code
WAIT (File.WaitForFile.Created File: $'''%Marks%/go''')`;

describe.runIf(isRoot)('secrets stay where they belong', () => {
  let stack: Stack;
  let person: Person;
  beforeAll(async () => {
    stack = await startStack({ sessionHost: 'linux' });
    person = makePerson('secret');
  }, 180_000);
  afterAll(async () => {
    await stack?.close();
    person?.remove();
  }, 60_000);

  test('no password or sensitive input is found in the database, the logs or any process while a run goes on', async () => {
    const connectionId = await makeConnection(stack.client, {
      clusterId: stack.clusterId,
      accountName: person.user,
      password: person.password,
    });
    const flowId = await makeFlow(stack.client, secretFlow);
    const marks = makeMarks(stack.folder, 'secrets');
    const cluster = await stack.client.getCluster({ params: { id: stack.clusterId } });
    const sealed = await seal(
      cluster.publicKey as string,
      secretInput,
      inputSealContext({ clusterId: stack.clusterId, flowId, inputName: 'Pin' }),
    );
    const run = await submit(stack.client, { flowId, connectionId, inputs: { Marks: marks.folder, Pin: { sealed } } });
    await marks.whenStarted();
    const duringTheRun = placesToSearch(stack);
    marks.letGo();
    const ended = await whenEnded(stack.client, run.id);
    const log = await stack.client.getRunLog({ params: { id: run.id } });
    const afterTheRun = {
      ...placesToSearch(stack),
      'the run': JSON.stringify(ended),
      'the action log': JSON.stringify(log),
    };

    expect(ended.state).toBe('succeeded');
    expect(ended.outputs.Said).toBe('I know ••••••');
    expect(duringTheRun['the database']).toContain(run.id);
    expect(duringTheRun.processes).toContain('DESKHAND_SESSION=');
    for (const secret of [person.password, secretInput, adminPassword]) {
      for (const [place, text] of Object.entries({ ...duringTheRun, ...afterTheRun }))
        expect(`${place}: ${text.includes(secret)}`).toBe(`${place}: false`);
    }
  });
});

function placesToSearch(stack: Stack): Record<string, string> {
  const dump = execFileSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'stack', 'dump-database.ts'), stack.serverData],
    { encoding: 'utf8', maxBuffer: 1e9 },
  );
  return {
    'the database': dump,
    'the server’s log': stack.server().log(),
    'the gateway’s log': stack.gateway().log(),
    'the gateway’s files': filesBelow(stack.gatewayData),
    processes: everyProcess(),
  };
}

/** Command lines and environments of all processes, this test’s own left out: it knows the passwords. */
function everyProcess(): string {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && Number(name) !== process.ppid)
    .flatMap((pid) => ['cmdline', 'environ'].map((file) => readOr(`/proc/${pid}/${file}`)))
    .join('\n');
}

const filesBelow = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readOr(join(entry.parentPath, entry.name)))
    .join('\n');

function readOr(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // The process or file has gone.
    return '';
  }
}
