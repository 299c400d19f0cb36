import type { AskedPerson, Persons, PersonSessionRef, SignOutOfPerson } from '../../ports/persons.ts';
import { attachable } from '../../session-desktop/attachable.ts';
import type { Entrance } from '../../session-desktop/entrance.ts';
import { terminateSession } from '../../session-desktop/logind.ts';
import { NotifyHelper } from '../../session-desktop/notify-helper.ts';
import { endSessionInside, type HelperProgram, startNotifyHelper } from '../../session-desktop/session-helper.ts';
import type { PersonSession } from '../../session-desktop/session-listing.ts';
import { until } from '../../session-desktop/waiting.ts';
import { LOOKING_MARKER } from '../../session-helper/helper-messages.ts';
import type { People } from './people.ts';

/** Programs may save and say goodbye for so long. */
const GRACE_MS = 5_000;
/** A session that is still there then could not be ended. */
const GONE_WAIT_MS = 15_000;
/** logind ends a session in a fraction of this, and not at all where it may not end its processes. */
const LOGIND_WAIT_MS = 5_000;

interface PersonsParts {
  readonly people: Pick<People, 'find'>;
  readonly helper: HelperProgram;
  readonly systemBusAddress: string | undefined;
}

/** People's sessions through a helper that runs in them as the person: nothing here reaches further than that account may. */
export function linuxPersons(parts: PersonsParts): Persons {
  return { ask: (of) => ask(parts, of), signOut: (of) => signOut(parts, of) };
}

async function ask(
  { people, helper }: PersonsParts,
  of: PersonSessionRef,
): Promise<AskedPerson | { readonly because: string }> {
  const session = await people.find(of);
  if (session === undefined) return { because: `${of.user} has signed out.` };
  const entrance = entranceTo(session);
  if (entrance === undefined) return { because: 'There is no desktop that a question could be shown on.' };
  const asked = new NotifyHelper(() => startNotifyHelper(helper, entrance));
  return {
    show: async (notice) => {
      const trouble = await asked.show({ ...notice, isQuestion: true });
      return trouble === null ? null : `The desktop shows no notification: ${trouble}.`;
    },
    onPress: (listener) => asked.onPress(listener),
    close: () => asked.close({ takesAway: true }),
  };
}

async function signOut(
  { people, helper, systemBusAddress }: PersonsParts,
  of: PersonSessionRef,
): Promise<SignOutOfPerson> {
  const isGone = async (): Promise<boolean> => (await people.find(of)) === undefined;
  const session = await people.find(of);
  if (session === undefined) return { ok: true };
  const logindId = /^logind-(.+)$/.exec(session.fact.id)?.[1];
  if (logindId !== undefined && (await terminateSession(logindId, systemBusAddress))) {
    if (await until(isGone, LOGIND_WAIT_MS)) return { ok: true };
  }
  const entrance = entranceTo(session);
  if (entrance !== undefined) await endSessionInside(helper, entrance, GRACE_MS);
  return (await until(isGone, GONE_WAIT_MS))
    ? { ok: true }
    : { ok: false, because: `The session of ${of.user} did not end.` };
}

/** With the marker of what only looks: the helper must not count as the session itself. */
function entranceTo(session: PersonSession): Entrance | undefined {
  const { account, scanned } = session;
  if (account === undefined || scanned === undefined) return undefined;
  const { environment, ...entrance } = attachable(session, account, true);
  return { ...entrance, environment: { ...environment, [LOOKING_MARKER]: '1' } };
}
