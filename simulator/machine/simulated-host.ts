import type {
  AccountCheck,
  AccountCheckRequest,
  AttachRequest,
  HostedSession,
  SessionAccount,
  SessionHost,
  SessionProcess,
  SessionProgram,
  SessionRecord,
  SessionRefusalCode,
  SessionResult,
  SignInRequest,
} from '@deskhand/gateway/ports/session-host.ts';
import { accountOnMachine } from '@deskhand/domain/connection/account-name.ts';
import type { RunnerStart } from '@deskhand/protocol/runner.ts';
import type { Life } from '../world/life.ts';
import { passwordOf } from './passwords.ts';
import type { MachineSession, SimulatedMachine } from './simulated-machine.ts';
import { simulatedPersons } from './simulated-persons.ts';

const LOOK_MS = 5;
const SIGN_IN_TYPICAL_MS = 250;
const SIGN_IN_SLOW_MS = 400_000;
const SIGN_OUT_MS = 200;

/** The sessions of one machine, as one gateway process sees and makes them. */
export function simulatedHost(machine: SimulatedMachine, life: Life, gatewayId: string): SessionHost {
  const hosted = (session: MachineSession, record: SessionRecord): HostedSession =>
    hostedSession({ machine, life, gatewayId }, session, record);
  return {
    kind: 'linux',
    persons: simulatedPersons(machine, life),
    probe: async () => {
      await life.later(LOOK_MS);
      return {
        unattended: true,
        attended: true,
        liveView: false,
        missing: [],
        operatingSystem: 'Simulated',
        memoryBytes: machine.memoryBytes,
        cores: machine.cores,
        ownUser: null,
      };
    },
    listSessions: async () => {
      await life.later(LOOK_MS);
      return machine.facts();
    },
    checkPassword: async () => refused('account-unknown', 'Nobody asks here.'),
    checkAccount: async (request) => await checkAccount(machine, life, gatewayId, request),
    signIn: async (request) => {
      const answer = await signIn(machine, life, gatewayId, request, hosted);
      if (!answer.ok) machine.failures += 1;
      return answer;
    },
    attach: async (request) => await attach(machine, life, gatewayId, request, hosted),
    adopt: async (record) => {
      await life.later(LOOK_MS);
      const session = machine.sessions.get(record.facts.machineSession as string);
      return session?.isReady ? hosted(session, record) : undefined;
    },
    sweep: async (keep) => {
      await life.later(LOOK_MS);
      // What cannot be ended is told in the log and tried again next time, as in the real register.
      if (machine.random.chance(machine.troubles.signOutFailure)) return [];
      const isSwept = (owner: string): boolean => owner === gatewayId || machine.goneOwners.has(owner);
      const swept = [...machine.sessions.values()].filter(
        ({ id, ours }) => ours !== null && isSwept(ours) && !keep.has(id),
      );
      for (const session of swept) machine.endSession(session.id, 'swept');
      for (const [user, lock] of machine.accountLocks) {
        if (!isSwept(lock.gatewayId) || keep.has(lock.sessionId)) continue;
        machine.accountLocks.delete(user);
        // The session is a person's and stays; what was begun in it for a run does not.
        for (const runner of [...machine.runners.values()])
          if (`${runner.runId}-${String(runner.attempt)}` === lock.sessionId) runner.endByForce();
      }
      return swept.map((session) => session.id);
    },
  };
}

/** Whether the password is right; nothing is opened, and a wrong one counts as it does at a sign-in. */
async function checkAccount(
  machine: SimulatedMachine,
  life: Life,
  gatewayId: string,
  { accountName, password, beforeTry }: AccountCheckRequest,
): Promise<AccountCheck> {
  const user = accountOnMachine(accountName);
  const answered = (answer: AccountCheck['answer']): AccountCheck => ({ answer, isDirectoryAccount: false });
  await life.later(LOOK_MS);
  if (password === undefined) return answered('no-password');
  try {
    beforeTry({ isDirectoryAccount: false });
  } catch {
    return answered('no-answer');
  }
  const isRight = password === passwordOf(user, machine.passwordVersions.get(user) ?? 1);
  machine.ledger.checksAccount(machine, gatewayId, { password, isRight });
  machine.world.reached.add(`preflight ${isRight ? 'right' : 'wrong'}`);
  await life.later(machine.random.tail(SIGN_IN_TYPICAL_MS, 10_000));
  return answered(isRight ? 'ok' : 'password-wrong');
}

type Host = (session: MachineSession, record: SessionRecord) => HostedSession;

async function signIn(
  machine: SimulatedMachine,
  life: Life,
  gatewayId: string,
  request: SignInRequest,
  hosted: Host,
): Promise<SessionResult> {
  const user = accountOnMachine(request.accountName);
  const { troubles, random } = machine;
  machine.ledger.signsIn(machine, gatewayId, request);
  await life.later(LOOK_MS);
  if (troubles.isSick) {
    machine.world.reached.add('fault sick-sign-in');
    return refused('cannot-create-session', 'The machine gives no sessions.');
  }
  if (random.chance(troubles.signInFailure)) {
    machine.world.reached.add('fault sign-in-failure');
    return refused('cannot-create-session', 'The machine gave no session.');
  }
  if (request.password !== passwordOf(user, machine.passwordVersions.get(user) ?? 1)) {
    return refused('password-wrong', `The password of ${user} is wrong.`);
  }
  if (machine.sessionOf(user) !== undefined || machine.accountLocks.has(user))
    return refused('session-exists', `${user} has a session.`);
  if (machine.sessions.size >= machine.sessionLimit)
    return refused('cannot-create-session', 'All sessions are in use.');
  machine.accountLocks.set(user, { sessionId: request.sessionId, gatewayId });
  const session = machine.addSession({
    id: request.sessionId,
    user,
    ours: gatewayId,
    runId: request.runId,
    isReady: false,
  });
  if (await isAborted(life, signInTakesMs(machine), request.signal)) {
    machine.endSession(session.id, 'called off');
    return refused('cancelled', 'Called off.');
  }
  if (!machine.sessions.has(session.id)) return refused('cannot-create-session', 'The session ended at once.');
  session.isReady = true;
  return { ok: true, session: hosted(session, recordOf(machine, session, request, 'signed-in')) };
}

async function attach(
  machine: SimulatedMachine,
  life: Life,
  gatewayId: string,
  request: AttachRequest,
  hosted: Host,
): Promise<SessionResult> {
  await life.later(SIGN_IN_TYPICAL_MS);
  if (request.signal.aborted) return refused('cancelled', 'Called off.');
  const session = machine.sessionOf(accountOnMachine(request.accountName));
  if (session === undefined) return refused('attended-not-signed-in', 'Nobody is signed in.');
  if (!session.isActive) return refused('attended-not-active', 'The session is not active.');
  if (session.locked) return refused('attended-locked', 'The session is locked.');
  if (machine.accountLocks.has(session.user)) return refused('session-exists', 'Another run uses the session.');
  machine.accountLocks.set(session.user, { sessionId: request.sessionId, gatewayId });
  return { ok: true, session: hosted(session, recordOf(machine, session, request, 'attached')) };
}

function signInTakesMs({ troubles, random, world }: SimulatedMachine): number {
  if (random.chance(troubles.signInHang)) {
    world.reached.add('fault sign-in-hang');
    return Number.MAX_SAFE_INTEGER;
  }
  if (!random.chance(troubles.signInSlow)) return random.tail(SIGN_IN_TYPICAL_MS, 10_000);
  world.reached.add('fault sign-in-slow');
  return random.between(10_000, SIGN_IN_SLOW_MS);
}

async function isAborted(life: Life, afterMs: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return true;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const callOff =
    afterMs === Number.MAX_SAFE_INTEGER ? () => undefined : life.timers.after(afterMs, () => resolve(false));
  signal.addEventListener(
    'abort',
    () => {
      callOff();
      resolve(true);
    },
    { once: true },
  );
  return await promise;
}

function refused(code: SessionRefusalCode, message: string) {
  return { ok: false as const, because: { code, message } };
}

function recordOf(
  machine: SimulatedMachine,
  session: MachineSession,
  { sessionId, runId }: { readonly sessionId: string; readonly runId: string },
  kind: SessionRecord['kind'],
): SessionRecord {
  const { user } = session;
  return {
    sessionId,
    runId,
    kind,
    user,
    uid: machine.uidOf(user),
    display: ':100',
    facts: { machineSession: session.id },
  };
}

interface HostParts {
  readonly machine: SimulatedMachine;
  readonly life: Life;
  readonly gatewayId: string;
}

function hostedSession(
  { machine, life, gatewayId }: HostParts,
  session: MachineSession,
  record: SessionRecord,
): HostedSession {
  const account: SessionAccount = {
    user: session.user,
    uid: machine.uidOf(session.user),
    gid: machine.uidOf(session.user),
    home: `/home/${session.user}`,
    shell: '/bin/sh',
  };
  const spawned: SessionProcess[] = [];
  return {
    record,
    account,
    environment: {},
    spawn: (program) => {
      const process = spawn({ machine, life, gatewayId }, session, program);
      spawned.push(process);
      return process;
    },
    screenshot: async () => undefined,
    notifier: { show: async () => await life.later(LOOK_MS), onStop: () => undefined },
    ended: life.answer(session.ended.promise),
    signOut: async () => {
      await life.later(SIGN_OUT_MS);
      if (machine.random.chance(machine.troubles.signOutFailure)) {
        machine.world.reached.add('fault sign-out-failure');
        throw new Error('The session could not be ended.');
      }
      if (machine.accountLocks.get(session.user)?.sessionId === record.sessionId)
        machine.accountLocks.delete(session.user);
      if (record.kind === 'signed-in') machine.endSession(session.id, 'signed out');
      else for (const runner of [...machine.runners.values()]) if (runner.runId === record.runId) runner.endByForce();
    },
  };
}

function spawn(
  { machine, life, gatewayId }: HostParts,
  session: MachineSession,
  program: SessionProgram,
): SessionProcess {
  const start = JSON.parse(program.stdin ?? '') as RunnerStart;
  const runner = machine.spawn(session, gatewayId, start, program.extraFileDescriptors?.[0] ?? 0);
  const exited = life.answer(runner.exited);
  return {
    pid: runner.pid,
    startTime: runner.startTime,
    exited,
    output: noOutput(exited),
    end: async () => runner.endByForce(),
  };
}

async function* noOutput(exited: Promise<unknown>): AsyncGenerator<string> {
  await exited;
  yield '';
}
