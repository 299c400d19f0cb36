import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { granted, outputOf, refusalOf } from '../../ports/session-host.contract.ts';
import type { SessionRecord } from '../../ports/session-host.ts';
import { isAlive } from '../../session-desktop/process-facts.ts';
import { ownerOf } from '../../session-desktop/session-owner.ts';
import { buildHelperKit } from '../../session-desktop/testing/helper-kit.ts';
import {
  isOf,
  makeAccount,
  nothingRunsAs,
  type RealAccount,
  removeAccount,
} from '../../session-desktop/testing/real-accounts.ts';
import { until } from '../../session-desktop/waiting.ts';
import { endLeader } from './leader.ts';
import { LinuxHost } from './linux-host.ts';

const isRoot = process.getuid?.() === 0;
const PATIENCE_MS = 30_000;
const gatewayProgram = fileURLToPath(new URL('../../session-desktop/testing/sign-in-process.ts', import.meta.url));

interface Told {
  readonly record: SessionRecord;
  readonly pid: number;
  readonly startTime: string;
}

describe.runIf(!isRoot)('a gateway that is killed', () => {
  test('needs root: these tests make accounts and sign them in', () => undefined);
});

describe.runIf(isRoot)('a gateway that is killed', () => {
  const runtimeFolder = `/run/dh-crash-${process.pid}`;
  const owner = { instance: `k${process.pid}`, dataFolder: null };
  const scratch = `/tmp/dh-crash-${process.pid}`;
  let kit: Awaited<ReturnType<typeof buildHelperKit>>;
  let alice: RealAccount;

  beforeAll(async () => {
    kit = await buildHelperKit();
    alice = makeAccount('crash');
    mkdirSync(scratch);
    chmodSync(scratch, 0o777);
  });
  afterAll(async () => {
    await laterHost().sweep(new Set());
    removeAccount(alice);
    kit.remove();
    for (const folder of [runtimeFolder, scratch]) rmSync(folder, { recursive: true, force: true });
  });

  const options = () => ({ nodePath: kit.nodePath, helperPath: kit.helperPath, runtimeFolder, owner });
  const laterHost = (): LinuxHost => new LinuxHost({ ...options(), log: (line) => void logged.push(line) });
  const logged: string[] = [];
  const countFile = `${scratch}/count`;
  const count = (): number => (existsSync(countFile) ? readFileSync(countFile, 'utf8').length : 0);

  const startGateway = (): ChildProcessByStdio<Writable, Readable, null> => {
    const gateway = spawn(process.execPath, [gatewayProgram], { stdio: ['pipe', 'pipe', 'inherit'] });
    gateway.stdin.end(
      JSON.stringify({
        host: options(),
        sessionId: `${randomUUID()}-1`,
        accountName: alice.user,
        password: alice.password,
        countFile,
      }),
    );
    return gateway;
  };
  const kill = async (gateway: ReturnType<typeof startGateway>): Promise<void> => {
    const ended = new Promise((resolve) => gateway.once('exit', resolve));
    gateway.kill('SIGKILL');
    await ended;
  };
  const signedIn = async (gateway: ReturnType<typeof startGateway>): Promise<Told> => {
    for await (const line of createInterface({ input: gateway.stdout }))
      if (line.startsWith('{')) return JSON.parse(line) as Told;
    throw new Error('The gateway ended before it signed in.');
  };
  const request = () => ({
    sessionId: `${randomUUID()}-1`,
    runId: randomUUID(),
    accountName: alice.user,
    password: alice.password,
    screen: { width: 800, height: 600 },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });

  test('leaves its session and the run in it going, and the next gateway adopts both', async () => {
    const gateway = startGateway();
    const { record, pid, startTime } = await signedIn(gateway);
    await kill(gateway);
    const atKill = count();
    expect(await until(() => count() > atKill + 50, PATIENCE_MS)).toBe(true);
    const host = laterHost();
    expect(refusalOf(await host.signIn(request()))).toBe('session-exists');
    const session = await host.adopt(record);
    if (session === undefined) throw new Error('The session was not adopted.');
    expect(isAlive({ pid, startTime })).toBe(true);
    expect(await outputOf(session, 'xdotool getdisplaygeometry')).toEqual(['800 600']);
    await session.signOut({ graceMs: 0 });
    expect(await nothingRunsAs(alice)).toBe(true);
    await granted(await host.signIn(request())).signOut({ graceMs: 0 });
  });

  test('leaves what the next one sweeps, with the account free again', async () => {
    const gateway = startGateway();
    const { record } = await signedIn(gateway);
    await kill(gateway);
    const host = laterHost();
    expect(await host.sweep(new Set()), logged.join('\n')).toEqual([record.sessionId]);
    expect(await nothingRunsAs(alice)).toBe(true);
    const number = record.display.slice(1);
    const ofDisplay = [`/tmp/.X${number}-lock`, `/tmp/.X11-unix/X${number}`].filter((path) => isOf(path, alice));
    const ofSession = [String(record.facts['folder']), String(record.facts['cgroup'])].filter((path) =>
      existsSync(path),
    );
    expect([...ofDisplay, ...ofSession]).toEqual([]);
    await granted(await host.signIn(request())).signOut({ graceMs: 0 });
  });

  test('in the middle of a sign-in leaves nothing that a sweep does not end', async () => {
    for (const afterMs of [20, 60, 100, 140, 180, 220, 260, 320]) {
      const gateway = startGateway();
      const lines = createInterface({ input: gateway.stdout })[Symbol.asyncIterator]();
      expect((await lines.next()).value).toBe('beginning');
      await pause(afterMs);
      await kill(gateway);
      const host = laterHost();
      // A leader that was not yet told to stay ends by itself; what it held is free a moment later.
      expect(
        await until(async () => {
          await host.sweep(new Set());
          return refusalOf(await host.signIn(request())) === 'granted';
        }, PATIENCE_MS),
      ).toBe(true);
      await host.sweep(new Set());
      expect(await nothingRunsAs(alice)).toBe(true);
      expect(readdirSync(`${runtimeFolder}/sessions`)).toEqual([]);
    }
  });

  test('sweeps only its own sessions, not those of another gateway on the machine', async () => {
    const neighbour = new LinuxHost({ ...options(), owner: { instance: `n${process.pid}`, dataFolder: null } });
    const session = granted(await neighbour.signIn(request()));
    expect(await laterHost().sweep(new Set())).toEqual([]);
    expect(await outputOf(session, 'xdotool getdisplaygeometry')).toEqual(['800 600']);
    expect(await laterHost().adopt(session.record)).toBeUndefined();
    await session.signOut({ graceMs: 0 });
  });

  test('sweeps what a gateway left whose data folder is gone', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'dh-gone-'));
    const gone = new LinuxHost({ ...options(), owner: ownerOf('gone', dataFolder) });
    const { record } = granted(await gone.signIn(request()));
    expect(await laterHost().sweep(new Set())).toEqual([]);
    rmSync(dataFolder, { recursive: true });
    expect(await laterHost().sweep(new Set())).toEqual([record.sessionId]);
    expect(await nothingRunsAs(alice)).toBe(true);
  });

  test('sweeps what an earlier version left of an account that has been removed since', async () => {
    const person = makeAccount('removed');
    const host = laterHost();
    const { record } = granted(
      await host.signIn({ ...request(), accountName: person.user, password: person.password }),
    );
    const path = `${String(record.facts['folder'])}/record.json`;
    const { owner: _, ...withoutOwner } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify(withoutOwner));
    expect(await laterHost().sweep(new Set())).toEqual([]);
    await endLeader({ pid: Number(record.facts['leaderPid']), startTime: String(record.facts['leaderStartTime']) });
    removeAccount(person);
    expect(await laterHost().sweep(new Set())).toEqual([record.sessionId]);
    expect(existsSync(String(record.facts['folder']))).toBe(false);
  });
});
