import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { problem } from '@deskhand/protocol/errors.ts';
import { ApiError } from '@deskhand/protocol/http/client.ts';
import { readLinkStanding } from './adapters/link/link-standing.ts';
import { holderOf, type InstanceHolder } from './adapters/machine/single-instance.ts';
import { enrolledIdentity } from './cluster-commands.ts';
import type { Command } from './command-line.ts';
import { makePrivateFolder, StartRefused } from './disk/private-folder.ts';
import { SERVICE_UNIT, SERVICE_UNIT_FOLDER, serviceText } from './service-unit.ts';

type Of<Kind extends Command['kind']> = Extract<Command, { kind: Kind }>;

/** A gateway that was told to restart and is not linked again by then is looked at by a person. */
const RESTART_WAIT_MS = 60_000;
const LOOK_INTERVAL_MS = 100;
/** Of Node's own signals none is this one. */
export const RESTART_SIGNAL = 'SIGUSR2';

/** Writes the unit, and starts it now and at every start of the machine. */
export function installService(command: Of<'install-service'>): void {
  const text = serviceText({
    nodePath: process.execPath,
    nodeArguments: ['--disable-warning=ExperimentalWarning'],
    mainPath: fileURLToPath(new URL(`./main.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)),
    arguments: ['--data', resolve(command.dataFolder), ...(command.movedTo ? ['--server', command.movedTo] : [])],
  });
  if (command.isOnlyPrinted) return void process.stdout.write(text);
  if (process.getuid?.() !== 0)
    throw new StartRefused('Only root can install a service. Print it for another place with --print.');
  enrolledIdentity(makePrivateFolder(command.dataFolder));
  if (!existsSync(SERVICE_UNIT_FOLDER))
    throw new StartRefused(
      `This machine has no systemd: ${SERVICE_UNIT_FOLDER} is missing. Start the gateway otherwise.`,
    );
  const path = join(SERVICE_UNIT_FOLDER, SERVICE_UNIT);
  writeFileSync(path, text, { mode: 0o644 });
  systemctl('daemon-reload');
  systemctl('enable', SERVICE_UNIT);
  const held = holderOf(join(command.dataFolder, 'gateway.lock'));
  const isOurs = held === null || isActive();
  if (isOurs) systemctl('restart', SERVICE_UNIT);
  const told = isOurs
    ? `${SERVICE_UNIT} runs, and starts with the machine.`
    : `${SERVICE_UNIT} starts with the machine. Now process ${held.pid} runs the gateway: end it, then systemctl start ${SERVICE_UNIT}.`;
  process.stderr.write(`${told}\n`);
  process.stdout.write(`${JSON.stringify({ unit: path, started: isOurs })}\n`);
}

function systemctl(...args: readonly string[]): void {
  try {
    execFileSync('systemctl', [...args], { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim() || (error as Error).message;
    throw new StartRefused(`systemctl ${args.join(' ')} failed: ${said}`);
  }
}

function isActive(): boolean {
  try {
    execFileSync('systemctl', ['is-active', '--quiet', SERVICE_UNIT], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The running gateway starts anew, whoever started it; its runs go on and are adopted. Answers when it is linked again. */
export async function restartHere({ dataFolder }: Of<'restart'>): Promise<void> {
  const held = holderOf(join(dataFolder, 'gateway.lock'));
  if (held === null) return startService(dataFolder);
  const before = readLinkStanding(dataFolder, held.pid).since;
  process.kill(held.pid, RESTART_SIGNAL);
  await untilLinked(dataFolder, before ?? null);
}

/** None runs: a service that was installed is started. */
async function startService(dataFolder: string): Promise<void> {
  if (!existsSync(join(SERVICE_UNIT_FOLDER, SERVICE_UNIT)))
    throw new ApiError(problem('gateway-not-running', { folder: dataFolder }));
  systemctl('restart', SERVICE_UNIT);
  await untilLinked(dataFolder, null);
}

async function untilLinked(dataFolder: string, before: string | null): Promise<void> {
  const until = performance.now() + RESTART_WAIT_MS;
  let holder: InstanceHolder | null = null;
  while (performance.now() < until) {
    holder = holderOf(join(dataFolder, 'gateway.lock'));
    const standing = readLinkStanding(dataFolder, holder?.pid ?? null);
    if (standing.isUp === true && (standing.since ?? null) !== before) {
      process.stdout.write(`${JSON.stringify({ restarted: true, pid: holder?.pid })}\n`);
      return;
    }
    await pause(LOOK_INTERVAL_MS);
  }
  if (holder === null) throw new ApiError(problem('gateway-not-running', { folder: dataFolder }));
  throw new StartRefused('The gateway runs again and is not linked to the server yet. See: deskhand doctor');
}
