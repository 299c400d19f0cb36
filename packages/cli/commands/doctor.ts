import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { DOCTOR_CHECK_WAIT_MS, isWell, type MachineCheck } from '@deskhand/protocol/doctor.ts';
import { type Call, type Command, text } from '../command.ts';
import { programArguments } from '../programs.ts';
import { cannot } from '../terminal/errors.ts';
import { checkAsText } from './show-checks.ts';

const SERVER_WAIT_MS = 3_000;
/** The gateway's program gives each check its time; above this it does not start at all. */
const DOCTOR_WAIT_MS = DOCTOR_CHECK_WAIT_MS + 30_000;

export const doctor: Command = {
  name: 'doctor',
  summary: 'Look at this machine and say what Deskhand lacks here.',
  options: [{ syntax: '--data <folder>', description: 'of the gateway; default: the gateway’s own place' }],
  examples: ['deskhand doctor', 'deskhand doctor --json', 'deskhand doctor --data ~/deskhand/gateway-1'],
  exitCodes: [0, 1, 2],
  run: async (call) => {
    const [machine, server] = await Promise.all([machineChecks(call), serverCheck(call)]);
    // A machine that is enrolled nowhere is asked about the server of this command line instead.
    const isEnrolled = machine.some(({ name, found }) => name === 'server' && found.startsWith('http'));
    const checks = isEnrolled ? machine : machine.map((check) => (check.name === 'server' ? server : check));
    for (const check of checks) call.output.line(check, (one) => checkAsText(call.terminal, one));
    return isWell({ madeAt: '', version: '', checks }) ? 0 : 1;
  },
};

/** The checks are the gateway's own, run by its program, so that the portal and this terminal never differ. */
async function machineChecks(call: Call): Promise<MachineCheck[]> {
  const data = text(call, 'data');
  const args = [...programArguments('gateway'), 'doctor', ...(data === undefined ? [] : ['--data', data])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: DOCTOR_WAIT_MS });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  const checks: MachineCheck[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) checks.push(JSON.parse(line) as MachineCheck);
  });
  await new Promise((resolve) => child.once('error', resolve).once('close', resolve));
  if (checks.length > 0) return checks;
  throw cannot(
    'This machine could not be examined.',
    said.at(-1) ?? 'the gateway’s program gave no answer',
    'npm start',
  );
}

async function serverCheck({ settings }: Call): Promise<MachineCheck> {
  const { value, origin } = settings.server;
  const { createClient } = await import('@deskhand/protocol/http/client.ts');
  const startedAt = performance.now();
  const check = { name: 'server', optional: true, code: null };
  try {
    await createClient({ baseUrl: value }).getSetup({ signal: AbortSignal.timeout(SERVER_WAIT_MS) });
    const took = Math.round(performance.now() - startedAt);
    return { ...check, good: true, found: `${value} answers in ${took} ms`, fix: '' };
  } catch {
    const found = `${value} (${origin}) does not answer`;
    return { ...check, good: false, found, fix: 'deskhand up, or --server with the right address' };
  }
}
