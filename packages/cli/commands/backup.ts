import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { argument, type Call, type Command, text } from '../command.ts';
import type { ExitCode } from '../exit-code.ts';
import { programArguments } from '../programs.ts';
import { cannot } from '../terminal/errors.ts';
import { confirm } from '../terminal/ask.ts';

const EXIT_CONFLICT = 6;

interface Manifest {
  readonly deskhand: string;
  readonly takenAt: string;
  readonly epoch: string;
  readonly commit: number;
  readonly tables: Readonly<Record<string, number>>;
}

const dataOption = {
  syntax: '--data <folder>',
  description: 'of the server; an external database is named by DATABASE_URL',
};

export const backup: Command = {
  name: 'backup',
  summary: 'Write the whole database into one file, while the server goes on.',
  arguments: [{ syntax: '<file>', description: 'takes its place whole, or not at all; readable by its owner only' }],
  options: [dataOption],
  examples: [
    'deskhand backup /var/backups/deskhand.backup',
    'DATABASE_URL=postgres://db/deskhand deskhand backup d.backup',
  ],
  exitCodes: [0, 2],
  run: async (call) => {
    const file = resolve(argument(call, 0));
    const unfinished = `${file}.${randomBytes(4).toString('hex')}.unfinished`;
    const descriptor = opened(unfinished, 'wx');
    try {
      const { exit, manifest } = await runProgram(call, ['backup'], { stdin: 'ignore', stdout: descriptor });
      if (exit !== 0 || manifest === undefined) return exit === 0 ? 2 : exit;
      fsyncSync(descriptor);
      renameSync(unfinished, file);
      syncFolder(dirname(file));
      tell(call, file, manifest, 'is the backup');
      return 0;
    } finally {
      closeSync(descriptor);
      rmSync(unfinished, { force: true });
    }
  },
};

export const restore: Command = {
  name: 'restore',
  summary: 'Put the database back as it was in a backup; every server must be stopped.',
  arguments: [{ syntax: '<file>', description: 'made by deskhand backup' }],
  options: [
    { syntax: '--check', description: 'only read the file to its end and judge it; touches no database' },
    { syntax: '--replace', description: 'what the database holds now may go' },
    dataOption,
  ],
  examples: ['deskhand restore --check deskhand.backup', 'deskhand restore deskhand.backup --replace'],
  exitCodes: [0, 1, 2, EXIT_CONFLICT],
  run: async (call) => {
    const file = resolve(argument(call, 0));
    const isCheck = call.options.check === true;
    const flags = [...(isCheck ? ['--check'] : []), ...(call.options.replace === true ? ['--replace'] : [])];
    let answer = await restored(call, file, flags);
    if (answer.exit === EXIT_CONFLICT && !isCheck && flags.length === 0 && process.stdin.isTTY) {
      await confirm('Replace everything that the database holds by the backup?', false);
      answer = await restored(call, file, ['--replace']);
    }
    if (answer.exit !== 0 || answer.manifest === undefined) return answer.exit;
    tell(call, file, answer.manifest, isCheck ? 'is whole' : 'was restored');
    if (!isCheck)
      call.output.hint(
        'Start the server. It offers nothing before every gateway has reported what it started since: deskhand recovery show',
      );
    return 0;
  },
};

/** The file is opened here, with the rights of whoever asks; the server's own account might not reach it. */
async function restored(call: Call, file: string, flags: readonly string[]): ReturnType<typeof runProgram> {
  const descriptor = opened(file, 'r');
  try {
    return await runProgram(call, ['restore', ...flags], { stdin: descriptor, stdout: 'ignore' });
  } finally {
    closeSync(descriptor);
  }
}

function opened(file: string, how: 'wx' | 'r'): number {
  try {
    const descriptor = openSync(file, how, 0o600);
    if (how === 'r' && !statSync(file).isFile()) throw new Error('it is not a file');
    return descriptor;
  } catch (error) {
    throw cannot(`${file} cannot be opened.`, (error as Error).message, 'give a file that you may use');
  }
}

/** The name is on disk only when its folder is. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

interface Ends {
  readonly stdin: number | 'ignore';
  readonly stdout: number | 'ignore';
}

async function runProgram(
  call: Call,
  args: readonly string[],
  { stdin, stdout }: Ends,
): Promise<{ readonly exit: ExitCode; readonly manifest: Manifest | undefined }> {
  const data = text(call, 'data');
  const all = [
    ...programArguments('control-plane'),
    ...args,
    '--summary-to',
    '3',
    ...(data ? ['--data', resolve(data)] : []),
  ];
  const child = spawn(process.execPath, all, { stdio: [stdin, stdout, 'inherit', 'pipe'] });
  let said = '';
  child.stdio[3]?.on('data', (piece) => (said += String(piece)));
  const exit = await new Promise<ExitCode>((resolved, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolved((call.signal.aborted ? 130 : (code ?? 2)) as ExitCode));
  });
  return { exit, manifest: said === '' ? undefined : (JSON.parse(said) as Manifest) };
}

function tell(call: Call, file: string, manifest: Manifest, what: string): void {
  const { tables, ...rest } = manifest;
  const bytes = statSync(file).size;
  const said = { file, bytes, ...rest, tables };
  const { run: runs = 0, account: accounts = 0, desktop_flow: flows = 0 } = tables;
  call.output.one(
    said,
    () =>
      `${file} (${bytes} bytes) ${what}: taken ${manifest.takenAt}, ${runs} runs, ${flows} flows, ${accounts} accounts`,
  );
}
