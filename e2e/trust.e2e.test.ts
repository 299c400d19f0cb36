import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { submitHeld } from './stack/held-runs.ts';
import { markedFlow } from './stack/marked-flow.ts';
import { makeConnection, makePerson, type Person } from './stack/people.ts';
import { makeFlow, submit, whenEnded } from './stack/runs.ts';
import { type Stack, startStack } from './stack/stack.ts';
import { processes } from './stack/victims.ts';

const isRoot = process.getuid?.() === 0;

/** Runs a script that prints a line for each thing it tried. */
const tryingFlow = `@INPUT Script : { 'Description': '', 'FriendlyName': 'Script', 'Type': 'String' }
@OUTPUT Report : { 'Description': '', 'FriendlyName': 'Report', 'Type': 'String' }
Scripting.RunDOSCommand.RunDOSCommand DOSCommandOrApplication: $'''sh "%Script%" 2>&1''' StandardOutput=> Report StandardError=> Err ExitCode=> Code`;

describe.runIf(isRoot)('a flow that runs as alice', () => {
  let stack: Stack;
  let alice: Person;
  let bob: Person;
  beforeAll(async () => {
    stack = await startStack({ sessionHost: 'linux' });
    alice = makePerson('alice');
    bob = makePerson('bob');
  }, 180_000);
  afterAll(async () => {
    await stack?.close();
    alice?.remove();
    bob?.remove();
  }, 60_000);

  test('cannot reach the database, the gateway, another account’s run, or the API', async () => {
    const connect = (person: Person) =>
      makeConnection(stack.client, { clusterId: stack.clusterId, accountName: person.user, password: person.password });
    const wish = { flowId: await makeFlow(stack.client, markedFlow), connectionId: await connect(bob) };
    const { run: bobsRun, marks } = await submitHeld(stack, 'bob', wish);
    await marks.whenStarted();

    const script = join(stack.folder, 'attempts.sh');
    writeFileSync(script, attempts(stack, bob, bobsRun.id));
    const flowId = await makeFlow(stack.client, tryingFlow);
    const ended = await whenEnded(
      stack.client,
      (await submit(stack.client, { flowId, connectionId: await connect(alice), inputs: { Script: script } })).id,
    );
    marks.letGo();

    expect(ended.state).toBe('succeeded');
    const report = String(ended.outputs.Report).trim().split('\n');
    expect(report.filter((line) => !line.endsWith(': refused'))).toEqual([]);
    expect(report.length).toBe(attempts(stack, bob, bobsRun.id).split('\nattempt ').length - 1);
    expect((await whenEnded(stack.client, bobsRun.id)).state).toBe('succeeded');
  });

  test('cannot make the gateway open or delete anything through links in its runtime folder', async () => {
    const canary = mkdtempSync(join(stack.folder, 'canary-'));
    writeFileSync(join(canary, 'keep'), 'still here');
    // As `/etc/shadow` is kept, but of this test alone: other tests make and remove accounts meanwhile.
    const secret = join(stack.folder, 'secret');
    writeFileSync(secret, 'still secret', { mode: 0o600 });
    const before = [canary, secret].map(standing);
    const script = join(stack.folder, 'plant.sh');
    writeFileSync(
      script,
      `cd "$XDG_RUNTIME_DIR" && ln -s ${canary} folder && ln -sf ${secret} file && for f in *; do [ -L "$f" ] && echo planted; done\n`,
    );
    const flowId = await makeFlow(stack.client, tryingFlow);
    const connectionId = (await stack.client.listConnections()).items.find(
      ({ accountName }) => accountName === alice.user,
    )?.id as string;
    const ended = await whenEnded(
      stack.client,
      (await submit(stack.client, { flowId, connectionId, inputs: { Script: script } })).id,
    );

    expect(String(ended.outputs.Report)).toContain('planted');
    expect(readFileSync(join(canary, 'keep'), 'utf8')).toBe('still here');
    expect(readFileSync(secret, 'utf8')).toBe('still secret');
    expect([canary, secret].map(standing)).toEqual(before);
    expect(sessionFoldersOf(ended.id)).toEqual([]);
  });

  test('leaves no process of its account behind', () => {
    expect(processes().filter(({ uid }) => uid === alice.uid)).toEqual([]);
  });
});

/** What following a link would have changed: whose it is, what it allows, and whether it is still the same one. */
const standing = (path: string) => {
  const { uid, gid, mode, ino, mtimeMs, ctimeMs } = statSync(path);
  return { uid, gid, mode, ino, mtimeMs, ctimeMs };
};

const sessionFoldersOf = (runId: string): string[] =>
  existsSync('/run/deskhand/sessions')
    ? readdirSync('/run/deskhand/sessions').filter((name) => name.startsWith(runId))
    : [];

function attempts(stack: Stack, bob: Person, bobsRun: string): string {
  const bobs = processes().filter(({ uid }) => uid === bob.uid);
  const runner = bobs.find(({ command }) => command.includes('runner'))?.pid ?? 0;
  const display = /:(\d+)/.exec(bobs.find(({ command }) => /X(vnc|vfb)/.test(command))?.command ?? '')?.[1] ?? '100';
  const python = (code: string): string => `python3 -c '${code}'`;
  const attach = (pid: number): string =>
    python(`import ctypes,sys; l=ctypes.CDLL(None); sys.exit(0 if l.ptrace(16,${pid},0,0)==0 else 1)`);
  return [
    `attempt() { name=$1; shift; if sh -c "$*" >/dev/null 2>&1; then echo "$name: OPEN"; else echo "$name: refused"; fi; }`,
    `attempt database-socket '${python(`import socket; s=socket.socket(socket.AF_UNIX); s.connect("${stack.serverData}/postgres/socket/.s.PGSQL.5432")`).replaceAll("'", `'"'"'`)}'`,
    `attempt database-files 'ls ${stack.serverData}/postgres'`,
    `attempt gateway-key 'cat ${stack.gatewayData}/gateway-key.pem'`,
    `attempt gateway-identity 'cat ${stack.gatewayData}/gateway.json'`,
    `attempt gateway-journal 'cat ${stack.gatewayData}/journal*'`,
    `attempt journal-write 'echo x >> ${stack.gatewayData}/journal.jsonl'`,
    `attempt spools 'ls ${stack.gatewayData}/spools'`,
    `attempt session-folder 'ls /run/deskhand/sessions/${bobsRun}-1/*'`,
    `attempt display-of-bob 'xdpyinfo -display :${display}'`,
    `attempt picture-of-bob 'import -display :${display} -window root png:/dev/null'`,
    `attempt environment-of-bob 'cat /proc/${runner}/environ'`,
    `attempt ptrace-of-bob '${attach(runner).replaceAll("'", `'"'"'`)}'`,
    `attempt ptrace-of-gateway '${attach(stack.gateway().pid).replaceAll("'", `'"'"'`)}'`,
    `attempt kill-of-bob 'kill -9 ${runner}'`,
    `attempt kill-of-gateway 'kill -9 ${stack.gateway().pid}'`,
    `attempt api-without-token '${python(`import urllib.request; urllib.request.urlopen("${stack.address}/api/v1/runs")`).replaceAll("'", `'"'"'`)}'`,
    `attempt api-of-accounts '${python(`import urllib.request; urllib.request.urlopen("${stack.address}/api/v1/accounts")`).replaceAll("'", `'"'"'`)}'`,
    '',
  ].join('\n');
}
