import type { AskedPerson, Persons, PersonSessionRef } from '@deskhand/gateway/ports/persons.ts';
import type { Life } from '../world/life.ts';
import type { MachineSession, SimulatedMachine } from './simulated-machine.ts';

const SHOW_MS = 40;
const SIGN_OUT_MS = 300;
const MINUTE_MS = 60_000;
const HABIT_ANSWERS_MS = 5_000;
/** Some desktops have nothing that shows a notification. */
const CANNOT_SHOW_SHARE = 0.1;
/** Whoever said no and is told of a sign-out all the same says it again at once. */
const SAYS_NO_AGAIN_MS = 20_000;

/** The people at one machine, as one gateway process reaches them: they answer at random, late, or not at all. */
export function simulatedPersons(machine: SimulatedMachine, life: Life): Persons {
  const sessionOf = ({ sessionId, user }: PersonSessionRef): MachineSession | undefined => {
    const session = machine.sessions.get(sessionId);
    return session?.user === user && session.ours === null ? session : undefined;
  };
  return {
    ask: async (of) => {
      await life.later(SHOW_MS);
      const session = sessionOf(of);
      if (session === undefined) return { because: `${of.user} has signed out.` };
      return asked(machine, life, session);
    },
    signOut: async (of) => {
      const session = sessionOf(of);
      if (session === undefined) return { ok: true };
      machine.ledger.signsOutPerson(machine, session);
      await life.later(SIGN_OUT_MS);
      if (machine.random.chance(machine.troubles.signOutFailure))
        return { ok: false, because: `The session of ${of.user} did not end.` };
      machine.endSession(session.id, 'the person agreed to be signed out');
      machine.world.reached.add('person agreed and was signed out');
      return { ok: true };
    },
  };
}

function asked(machine: SimulatedMachine, life: Life, session: MachineSession): AskedPerson {
  let isOpen = true;
  let shown = 0;
  let heard: (key: string) => void = () => undefined;
  life.onEnd(() => {
    isOpen = false;
  });
  const press = (key: 'now' | 'later' | 'no', notice: number): void => {
    const isThere = isOpen && notice === shown && machine.sessions.get(session.id) === session;
    // Behind a lock nobody presses anything, except who came to say no once more.
    if (!isThere || (session.locked && session.answer !== 'no')) return;
    life.hear(() => {
      session.answer = key;
      machine.world.reached.add(`person answers ${key}`);
      machine.world.trace.tell(() => `${session.user} at ${machine.name} answers ${key}`);
      heard(key);
    });
  };
  return {
    show: async ({ buttons }) => {
      await life.later(SHOW_MS);
      if (session.habit === undefined && machine.random.chance(CANNOT_SHOW_SHARE))
        return 'The desktop shows no notification.';
      shown += 1;
      const notice = shown;
      const choice = drawAnswer(machine, session, buttons.length);
      if (choice !== undefined) machine.timeline.schedule(choice.afterMs, () => press(choice.key, notice));
      return null;
    },
    onPress: (listener) => {
      heard = listener;
    },
    close: () => {
      isOpen = false;
    },
  };
}

/** Three buttons ask; two say when the sign-out comes and offer to take it back. */
function drawAnswer(
  { random }: SimulatedMachine,
  session: MachineSession,
  buttons: number,
): { readonly key: 'now' | 'later' | 'no'; readonly afterMs: number } | undefined {
  const isQuestion = buttons === 3;
  const { habit } = session;
  if (habit !== undefined)
    return isQuestion && habit !== 'nothing' ? { key: habit, afterMs: HABIT_ANSWERS_MS } : undefined;
  if (!isQuestion && session.answer === 'no') return { key: 'no', afterMs: random.between(0, SAYS_NO_AGAIN_MS) };
  const key = isQuestion
    ? random.pick(['now', 'now', 'later', 'later', 'no', undefined] as const)
    : random.pick(['no', 'now', undefined, undefined, undefined] as const);
  return key && { key, afterMs: random.tail(MINUTE_MS / 2, 12 * MINUTE_MS) };
}
