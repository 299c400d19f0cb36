import type { SessionFact } from '@deskhand/domain/session/machine.ts';
import type { PersonSessionRef } from '../../ports/persons.ts';
import type { SessionAccount, SessionRefusal } from '../../ports/session-host.ts';
import { LockProbes } from '../../session-desktop/lock-probes.ts';
import type { StoredSession } from '../../session-desktop/runtime-folder.ts';
import { probeLockInside, type HelperProgram } from '../../session-desktop/session-helper.ts';
import { cgroupOf, personSessions, type PersonSession } from '../../session-desktop/session-listing.ts';
import type { SessionRegister } from '../../session-desktop/session-register.ts';

const FIRST_PERSON_UID = 1000;

export interface PeopleOptions {
  readonly register: SessionRegister;
  readonly helper: HelperProgram;
  readonly systemBusAddress: string | undefined;
}

/** Sessions of the machine that Deskhand did not make. */
export class People {
  private readonly options: PeopleOptions;
  private readonly probes: LockProbes;

  constructor(options: PeopleOptions) {
    this.options = options;
    this.probes = new LockProbes((entrance) => probeLockInside(options.helper, entrance), true);
  }

  async list(): Promise<readonly SessionFact[]> {
    const people = await this.unjudged();
    this.probes.forgetAllBut(people);
    const judged = await Promise.all(people.map((one) => this.probes.judge(one, 'lately')));
    return judged.filter((one) => one !== undefined);
  }

  /** The account's own, looked at now. A display that it cannot open was only named by one of its processes. */
  async sessionsOf(account: SessionAccount) {
    const theirs = (await this.unjudged()).filter((one) => one.fact.uid === account.uid);
    return Promise.all(theirs.map(async (one) => ({ ...one, fact: await this.probes.judge(one, 'now') })));
  }

  /** A display is used again by the next session, so whose it is counts as much as its name. */
  async find({ sessionId, user }: PersonSessionRef): Promise<PersonSession | undefined> {
    return (await this.unjudged()).find(({ fact }) => fact.id === sessionId && fact.user === user);
  }

  async inTheWayOf(account: SessionAccount): Promise<SessionRefusal | undefined> {
    const fact = (await this.sessionsOf(account)).find((one) => one.fact !== undefined)?.fact;
    return fact === undefined
      ? undefined
      : {
          code: 'session-exists',
          message: `${account.user} has a session on this machine already (${fact.display ?? fact.type}).`,
        };
  }

  /** Nobody having looked yet whether they are locked. */
  private unjudged(): Promise<readonly PersonSession[]> {
    const stored = this.options.register.stored();
    const ourCgroups = new Set(stored.map((one) => String(one.record.facts['cgroup']).split('/').pop()));
    const ourIds = new Set(stored.map((one) => one.record.sessionId));
    return personSessions({
      mayHaveSession: (uid) => uid >= FIRST_PERSON_UID,
      isOurs: (pid, environment) =>
        ourCgroups.has(cgroupOf(pid).split('/')[1] ?? '') ||
        (ourCgroups.has('') && ourIds.has(environment.get('DESKHAND_SESSION') ?? '')),
      ourLeaders: new Set(stored.map((one) => leaderOf(one).pid)),
      systemBusAddress: this.options.systemBusAddress,
    });
  }
}

export function leaderOf({ record }: StoredSession): { readonly pid: number; readonly startTime: string } {
  return { pid: Number(record.facts['leaderPid']), startTime: String(record.facts['leaderStartTime']) };
}
