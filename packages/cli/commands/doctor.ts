import { constants, accessSync, existsSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Call, Command } from '../command.ts';
import { sign } from '../terminal/terminal.ts';

interface Finding {
  readonly name: string;
  readonly good: boolean;
  readonly found: string;
  /** What to do when it is not good. */
  readonly fix: string;
  /** Deskhand works without it, with less. */
  readonly optional?: boolean;
}

const NODE_MAJOR_MIN = 24;
const FREE_BYTES_MIN = 1_000_000_000;
const SERVER_TIMEOUT_MS = 3_000;

export const doctor: Command = {
  name: 'doctor',
  summary: 'Look at this machine and say what Deskhand lacks here.',
  examples: ['deskhand doctor', 'deskhand doctor --json'],
  exitCodes: [0, 1],
  run: async (call) => {
    const findings = [node(), disk(), account(), ...sessionPrograms(), await server(call)];
    for (const finding of findings) call.output.line(finding, (one) => asText(call, one));
    return findings.every(({ good, optional }) => good || optional) ? 0 : 1;
  },
};

const asText = ({ terminal }: Call, { name, good, found, fix }: Finding): string =>
  `${sign(terminal, good)} ${name.padEnd(16)}${found}${good ? '' : `\n  try: ${fix}`}`;

function node(): Finding {
  const good = Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN;
  return { name: 'node', good, found: process.version, fix: 'install Node 24 or newer' };
}

function disk(): Finding {
  const folder = process.env.HOME ?? tmpdir();
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const found = `${(free / 1e9).toFixed(1)} GB free in ${folder}`;
  return { name: 'disk', good: free >= FREE_BYTES_MIN, found, fix: 'free at least 1 GB' };
}

function account(): Finding {
  const good = process.getuid?.() === 0;
  return {
    name: 'account',
    good,
    optional: true,
    found: good ? 'root: the gateway can sign any account in' : 'not root: runs use a virtual display of this account',
    fix: 'run the gateway as root to sign other accounts in',
  };
}

function sessionPrograms(): readonly Finding[] {
  const display = isInstalled('Xtigervnc') || isInstalled('Xvnc') || isInstalled('Xvfb');
  const programs: readonly (readonly [string, string, boolean])[] = [
    ['window manager', 'openbox', isInstalled('openbox')],
    ['message bus', 'dbus', isInstalled('dbus-daemon')],
    ['notifications', 'dunst', isInstalled('dunst')],
    ['screenshots', 'imagemagick', isInstalled('import')],
  ];
  return [
    {
      name: 'display',
      good: display,
      found: display
        ? 'Xvnc or Xvfb is installed'
        : 'neither Xvnc nor Xvfb is installed: no desktop session can be opened',
      fix: 'apt-get install tigervnc-standalone-server xvfb',
    },
    ...programs.map(([name, debianPackage, good]) => ({
      name,
      good,
      optional: true,
      found: good ? 'installed' : 'missing',
      fix: `apt-get install ${debianPackage}`,
    })),
  ];
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    const path = join(folder, program);
    if (!existsSync(path)) return false;
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function server({ settings }: Call): Promise<Finding> {
  const { value, origin } = settings.server;
  const { createClient } = await import('@deskhand/protocol/http/client.ts');
  const client = createClient({ baseUrl: value });
  const startedAt = performance.now();
  try {
    await client.getSetup({ signal: AbortSignal.timeout(SERVER_TIMEOUT_MS) });
    const took = Math.round(performance.now() - startedAt);
    return { name: 'server', good: true, found: `${value} answers in ${took} ms`, fix: '' };
  } catch {
    const found = `${value} (${origin}) does not answer`;
    return {
      name: 'server',
      good: false,
      optional: true,
      found,
      fix: 'deskhand up, or --server with the right address',
    };
  }
}
