import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { StartOrder } from '@deskhand/protocol/link/messages.ts';
import { openGatewayKey, writeIdentity } from '../adapters/identity/identity-store.ts';
import { makePrivateFolder } from '../disk/private-folder.ts';
import { StandInServer } from './stand-in-server.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

/**
 * The gateway as people start it, with the `virtual` session host and real runners, linked to a stand-in server over a
 * real WebSocket. Enrolment is written to its folder instead of being asked for.
 */
export class RealGateway {
  readonly folder = mkdtempSync(join(tmpdir(), 'dh-gw-'));
  readonly server = new StandInServer();
  readonly data = join(this.folder, 'data');
  readonly startsFile = join(this.folder, 'starts');
  readonly #goFile = join(this.folder, 'go');
  stderr = '';
  #process: ChildProcess | undefined;

  async open(): Promise<void> {
    await this.server.open();
    makePrivateFolder(this.data);
    this.server.publicKey = openGatewayKey(this.data).publicKey;
    writeIdentity(this.data, {
      gatewayId: `e2e${process.pid}${Date.now() % 100_000}`,
      name: 'test',
      clusterId: 'c1',
      clusterName: 'Cluster',
      serverUrl: this.server.url,
      fingerprint: null,
      sessionHost: 'virtual',
      clusterKey: null,
    });
  }

  /** Resolves when it says that it is ready. */
  async start(): Promise<void> {
    const args = ['--disable-warning=ExperimentalWarning', main, 'run', '--beside-others'];
    args.push('--data', this.data, '--kit', join(this.folder, 'kit'));
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const before = this.#process;
    if (before === undefined || before.exitCode !== null || before.signalCode !== null) this.#process = child;
    child.stderr.on('data', (chunk: Buffer) => {
      this.stderr += String(chunk);
    });
    const ready = once(createInterface({ input: child.stdout }), 'line');
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`The gateway ended: ${this.stderr}`)));
    await Promise.race([ready, ended]);
    ended.catch(() => undefined);
  }

  /** Ends it without a warning, as a crash would. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Another command of the same program on the same data folder, while the gateway runs or not. */
  async command(name: string): Promise<{ exit: number | null; lines: readonly unknown[]; said: string }> {
    const args = ['--disable-warning=ExperimentalWarning', main, name, '--data', this.data];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const told = { out: '', said: '' };
    child.stdout.on('data', (chunk: Buffer) => void (told.out += String(chunk)));
    child.stderr.on('data', (chunk: Buffer) => void (told.said += String(chunk)));
    await once(child, 'close');
    const lines = told.out.split('\n').filter((line) => line.startsWith('{'));
    return { exit: child.exitCode, lines: lines.map((line) => JSON.parse(line) as unknown), said: told.said };
  }

  async close(): Promise<void> {
    const child = this.#process;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    await this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** How often flows really started, by a file that their first action appends to. */
  starts(): number {
    try {
      return readFileSync(this.startsFile, 'utf8').trim().split('\n').length;
    } catch {
      return 0;
    }
  }

  journal(): string {
    return readFileSync(join(this.data, 'journal.jsonl'), 'utf8');
  }

  /** What the runner of the last attempt wrote. */
  spool(): string {
    const path = /"spoolPath":"([^"]+)"/.exec(this.journal())?.[1];
    return path === undefined ? '' : readFileSync(path, 'utf8');
  }

  runnerPid(): number {
    return Number(/"runner":\{"pid":(\d+)/.exec(this.journal())?.[1]);
  }

  order(runId: string, rest: string, more: Partial<StartOrder> = {}): StartOrder {
    const first = `File.WriteText File: $'''${this.startsFile}''' TextToWrite: $'''started''' AppendNewLine: True IfFileExists: File.IfFileExists.Append Encoding: File.FileEncoding.UTF8`;
    return {
      runId,
      attempt: 1,
      flowName: 'Test',
      flowVersion: 1,
      script: `${first}\n${rest}\n`,
      mode: 'unattended',
      accountName: userInfo().username,
      sealedPassword: null,
      sealContext: 'connection',
      connectionId: 'k1',
      clusterId: 'c1',
      passwordVersion: 1,
      inputs: {},
      executionTimeoutMs: 60_000,
      notifications: false,
      requestedBy: 'alice',
      policy: 'virtual',
      capacity: 1,
      ...more,
    };
  }

  /** Waits until the test says `letGo`: a machine that is slow today takes its time to start a gateway again. */
  untilGo(): string {
    return `WAIT (File.WaitForFile.Created File: $'''${this.#goFile}''')`;
  }

  letGo(): void {
    writeFileSync(this.#goFile, '');
  }

  /** Offers a run, and has it acquired and started. */
  async begin(order: StartOrder): Promise<void> {
    const { runId, attempt, accountName, mode, policy, capacity } = order;
    this.server.say({ type: 'offer', runId, attempt, accountName, mode, policy, capacity });
    await this.server.next('acquire', (message) => message.runId === runId);
    this.server.say({ type: 'acquired', order });
  }
}
